"""Sliders found again through chains of closed forms, without a darktable."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
import torch
from PIL import Image

from dtbase.terminal.console import Console
from dtproxies.darktable.module_order import Order
from dtproxies.images.image import chart
from dtproxies.pipeline.chain import Chain, as_pixels, as_tensor
from dtproxies.pipeline.request import ModuleRequest
from dtproxies.pipeline.steps import PipelineStep, ordered_steps
from dtproxies.regress.crop import centre_crop
from dtproxies.regress.free_parameters import slider_errors
from dtproxies.regress.image_loss import Target
from dtproxies.regress.plots import draw_convergence, draw_frames
from dtproxies.regress.search import SearchResult, Settings, search

QUICK = Settings(starts=2, long=60, small=40)
ORDER = Order(version=4, names=["exposure", "colorin", "sharpen", "sigmoid", "colorout"])
Chained = Callable[..., Chain]


def quiet() -> Console:
    return Console(StringIO(), StringIO())


@pytest.fixture
def chained(root: Path) -> Chained:
    """Chains with trained weights, in double precision; of parameters nothing is asked."""

    def made(*wanted: ModuleRequest) -> Chain:
        layouts = dict.fromkeys((one.module for one in wanted), None)
        return Chain.of(ordered_steps(wanted, ORDER, layouts), root / "models").double()  # type: ignore[arg-type]

    return made


TRUTH = (
    ModuleRequest(module="exposure", sliders={"exposure": 1.2, "black": 0.02}),
    ModuleRequest(module="sharpen", sliders={"radius": 3.5, "amount": 1.1, "threshold": 1.5}),
)


def found_again(chained: Chained, settings: Settings = QUICK, *, clipped: bool = False) -> tuple[Chain, SearchResult]:
    true, light = chained(*TRUTH), as_tensor(chart(64, 3).pixels).double()
    wanted = true.light(light, true.positions(light)).detach()
    chain = chained(*(ModuleRequest(module=one.module) for one in TRUTH))
    return true, search(chain, light, Target(light=wanted, clipped=clipped), settings, quiet())


@pytest.mark.parametrize("clipped", [False, True])
def test_sliders_of_a_chain_are_found_again(chained: Chained, clipped: bool) -> None:
    true, found = found_again(chained, clipped=clipped)
    assert found.psnr > 80
    assert max(slider_errors(true.steps, found.sliders).values()) < 0.01


def test_small_steps_alone_get_near_as_well(chained: Chained) -> None:
    settings = Settings(starts=1, short=0, long=0, small=300)
    true, found = found_again(chained, settings)
    assert slider_errors(true.steps, found.sliders)["exposure.exposure"] < 0.01


def test_the_same_seed_finds_the_same(chained: Chained) -> None:
    first, second = (found_again(chained, Settings(starts=1, short=4, long=4, small=4))[1] for _ in range(2))
    assert first.sliders == second.sliders


def test_convergence_and_frames_are_drawn(chained: Chained, tmp_path: Path) -> None:
    chain, found = found_again(chained, Settings(starts=2, short=6, long=4, small=0))
    draw_convergence(tmp_path / "convergence.png", found, "exposure")
    light = as_tensor(chart(64, 3).pixels).double()
    count = draw_frames(tmp_path / "frames", chain, found, light, as_pixels(light))
    assert len(list((tmp_path / "frames").iterdir())) == count > 3
    with Image.open(tmp_path / "convergence.png") as picture:
        assert picture.size == (800, 450)


def middle(chain: Chain, side: int) -> tuple[torch.Tensor, Target]:
    pixels = chart(96, 3).pixels
    return centre_crop(quiet(), chain.steps, pixels, pixels, side, clipped=False)


def test_the_searched_part_has_room_around_it_for_what_modules_look_at(chained: Chained) -> None:
    light, target = middle(chained(*TRUTH), 32)
    assert light.shape == (1, 3, 56, 56)
    assert target.margin == 12
    light, target = middle(chained(*TRUTH), 80)
    assert light.shape == (1, 3, 96, 96)


def test_a_small_image_is_taken_whole(chained: Chained) -> None:
    light, target = middle(chained(*TRUTH[:1]), 96)
    assert light.shape == (1, 3, 96, 96)
    assert target.margin == 0


def test_a_module_that_looks_at_the_whole_image_gets_it(chained: Chained) -> None:
    chain = chained(*TRUTH[:1])
    chain.steps = (_everywhere(chain.steps[0]),)
    light, _ = middle(chain, 32)
    assert light.shape == (1, 3, 96, 96)


def _everywhere(link: PipelineStep) -> PipelineStep:
    from dataclasses import replace

    return replace(link, definition=replace(link.definition, module=replace(link.module, receptive_field=None)))
