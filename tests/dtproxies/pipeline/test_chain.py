"""Gradients go through all proxies, to the sliders of the first."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from dtbase.system.errors import Failure
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.module_order import Order
from dtproxies.images.image import chart
from dtproxies.images.module_spaces import convert
from dtproxies.pipeline.chain import Chain, as_tensor, run
from dtproxies.pipeline.request import ModuleRequest
from dtproxies.pipeline.steps import PipelineStep, ordered_steps

ALL = [ModuleRequest(module="exposure"), ModuleRequest(module="sharpen"), ModuleRequest(module="sigmoid")]


Linked = Callable[..., list[PipelineStep]]


@pytest.fixture
def linked(toy_layouts: Mapping[str, ModuleLayout], linear: Order) -> Linked:
    return lambda *wanted: ordered_steps(wanted, linear, toy_layouts)


def untrained(found: Sequence[PipelineStep]) -> Chain:
    torch.manual_seed(1)
    return Chain(found, [link.definition.network() for link in found]).double().eval()


def test_gradients_reach_every_slider_of_the_first_module(linked: Linked) -> None:
    long = untrained(linked(*ALL))
    light = as_tensor(chart(48, 3).pixels).double()
    sliders = [position.requires_grad_() for position in long.positions(light)]
    long.light(light, sliders).square().mean().backward()
    for link, position in zip(long.steps, sliders, strict=True):
        assert position.grad is not None
        assert torch.isfinite(position.grad).all(), link.module.name
    first = sliders[0].grad
    assert first is not None
    assert (first.abs() > 1e-6).all()


def test_the_gradient_of_the_first_module_is_the_slope_of_the_whole_chain(linked: Linked) -> None:
    long = untrained(linked(*ALL[:2]))
    light = as_tensor(chart(48, 3).pixels).double()
    sliders = long.positions(light)

    def made(exposure: torch.Tensor) -> torch.Tensor:
        first = torch.stack([exposure, sliders[0][0, 1]])[None]
        return long.light(light, [first, *sliders[1:]]).square().mean()

    assert torch.autograd.gradcheck(made, torch.tensor(0.3, dtype=torch.float64, requires_grad=True))


def test_colours_are_converted_between_modules(root: Path, linked: Linked) -> None:
    light = chart(48, 3).pixels
    # Sharpening by nothing gives Lab, unchanged; what exposure made was linear Rec709.
    found = linked(ALL[0], ModuleRequest(module="sharpen", sliders={"amount": 0}))
    first, second = run(Chain.of(found, root / "models"), light)
    wanted = convert(first.astype(np.float64), "input-rgb", "lab")
    assert np.abs(second - wanted).max() < 1e-2


def test_a_module_without_weights_says_how_to_train_it(tmp_path: Path, linked: Linked) -> None:
    with pytest.raises(Failure, match="the proxy of exposure has no weights") as exc:
        Chain.of(linked(ALL[0]), tmp_path)
    assert "dtproxies train exposure" in str(exc.value)
