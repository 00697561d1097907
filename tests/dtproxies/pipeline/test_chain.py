"""Gradients are backpropagated through all proxies, to the sliders of the first."""

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


StepsOf = Callable[..., list[PipelineStep]]


@pytest.fixture
def steps_of(toy_layouts: Mapping[str, ModuleLayout], linear: Order) -> StepsOf:
    return lambda *requests: ordered_steps(requests, linear, toy_layouts)


def untrained(steps: Sequence[PipelineStep]) -> Chain:
    torch.manual_seed(1)
    return Chain(steps, [step.definition.network() for step in steps]).double().eval()


def test_gradients_reach_all_sliders_of_the_first_module(steps_of: StepsOf) -> None:
    chain = untrained(steps_of(*ALL))
    light = as_tensor(chart(48, 3).pixels).double()
    sliders = [position.requires_grad_() for position in chain.positions(light)]
    chain.light(light, sliders).square().mean().backward()
    for step, position in zip(chain.steps, sliders, strict=True):
        assert position.grad is not None
        assert torch.isfinite(position.grad).all(), step.module.name
    first = sliders[0].grad
    assert first is not None
    assert (first.abs() > 1e-6).all()


def test_gradient_matches_finite_differences_of_the_chain(steps_of: StepsOf) -> None:
    chain = untrained(steps_of(*ALL[:2]))
    light = as_tensor(chart(48, 3).pixels).double()
    sliders = chain.positions(light)

    def mean_square(exposure: torch.Tensor) -> torch.Tensor:
        first = torch.stack([exposure, sliders[0][0, 1]])[None]
        return chain.light(light, [first, *sliders[1:]]).square().mean()

    assert torch.autograd.gradcheck(mean_square, torch.tensor(0.3, dtype=torch.float64, requires_grad=True))


def test_colours_are_converted_between_modules(root: Path, steps_of: StepsOf) -> None:
    light = chart(48, 3).pixels
    # Sharpen with amount 0 returns its Lab input unchanged; the output of exposure is linear Rec709.
    steps = steps_of(ALL[0], ModuleRequest(module="sharpen", sliders={"amount": 0}))
    first, second = run(Chain.of(steps, root / "models"), light)
    expected = convert(first.astype(np.float64), "input-rgb", "lab")
    assert np.abs(second - expected).max() < 1e-2


def test_module_without_weights_names_the_train_command(tmp_path: Path, steps_of: StepsOf) -> None:
    with pytest.raises(Failure, match="the proxy of exposure has no weights") as exc:
        Chain.of(steps_of(ALL[0]), tmp_path)
    assert "dtproxies train exposure" in str(exc.value)
