"""Sliders recovered through chains of closed-form proxies, without a darktable."""

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
ChainOf = Callable[..., Chain]


def quiet() -> Console:
    return Console(StringIO(), StringIO())


@pytest.fixture
def chain_of(root: Path) -> ChainOf:
    """Return a function that builds chains with trained weights in float64, without parameter layouts."""

    def build(*requests: ModuleRequest) -> Chain:
        layouts = dict.fromkeys((one.module for one in requests), None)
        return Chain.of(ordered_steps(requests, ORDER, layouts), root / "models").double()  # type: ignore[arg-type]

    return build


TRUTH = (
    ModuleRequest(module="exposure", sliders={"exposure": 1.2, "black": 0.02}),
    ModuleRequest(module="sharpen", sliders={"radius": 3.5, "amount": 1.1, "threshold": 1.5}),
)


def recover(chain_of: ChainOf, settings: Settings = QUICK, *, clipped: bool = False) -> tuple[Chain, SearchResult]:
    true, light = chain_of(*TRUTH), as_tensor(chart(64, 3).pixels).double()
    expected = true.light(light, true.positions(light)).detach()
    chain = chain_of(*(ModuleRequest(module=one.module) for one in TRUTH))
    return true, search(chain, light, Target(light=expected, clipped=clipped), settings, quiet())


@pytest.mark.parametrize("clipped", [False, True])
def test_search_recovers_the_sliders_of_a_chain(chain_of: ChainOf, clipped: bool) -> None:
    true, found = recover(chain_of, clipped=clipped)
    assert found.psnr > 80
    assert max(slider_errors(true.steps, found.sliders).values()) < 0.01


def test_adam_alone_recovers_the_sliders(chain_of: ChainOf) -> None:
    settings = Settings(starts=1, short=0, long=0, small=300)
    true, found = recover(chain_of, settings)
    assert slider_errors(true.steps, found.sliders)["exposure.exposure"] < 0.01


def test_same_seed_gives_the_same_result(chain_of: ChainOf) -> None:
    first, second = (recover(chain_of, Settings(starts=1, short=4, long=4, small=4))[1] for _ in range(2))
    assert first.sliders == second.sliders


def test_convergence_and_frames_are_written(chain_of: ChainOf, tmp_path: Path) -> None:
    chain, found = recover(chain_of, Settings(starts=2, short=6, long=4, small=0))
    draw_convergence(tmp_path / "convergence.png", found, "exposure")
    light = as_tensor(chart(64, 3).pixels).double()
    count = draw_frames(tmp_path / "frames", chain, found, light, as_pixels(light))
    assert len(list((tmp_path / "frames").iterdir())) == count > 3
    with Image.open(tmp_path / "convergence.png") as plot:
        assert plot.size == (800, 450)


def middle(chain: Chain, side: int) -> tuple[torch.Tensor, Target]:
    pixels = chart(96, 3).pixels
    return centre_crop(quiet(), chain.steps, pixels, pixels, side, clipped=False)


def test_crop_has_a_margin_of_the_receptive_fields(chain_of: ChainOf) -> None:
    light, target = middle(chain_of(*TRUTH), 32)
    assert light.shape == (1, 3, 56, 56)
    assert target.margin == 12
    light, target = middle(chain_of(*TRUTH), 80)
    assert light.shape == (1, 3, 96, 96)


def test_small_image_is_not_cropped(chain_of: ChainOf) -> None:
    light, target = middle(chain_of(*TRUTH[:1]), 96)
    assert light.shape == (1, 3, 96, 96)
    assert target.margin == 0


def test_module_that_depends_on_the_whole_image_prevents_cropping(chain_of: ChainOf) -> None:
    chain = chain_of(*TRUTH[:1])
    chain.steps = (_everywhere(chain.steps[0]),)
    light, _ = middle(chain, 32)
    assert light.shape == (1, 3, 96, 96)


def _everywhere(step: PipelineStep) -> PipelineStep:
    from dataclasses import replace

    return replace(step, definition=replace(step.definition, module=replace(step.module, receptive_field=None)))
