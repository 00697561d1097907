"""Sliders as numbers without bounds, and back."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from dtbase.system.errors import Failure, NothingToDo
from dtproxies.pipeline.steps import PipelineStep
from dtproxies.proxy.definition import ProxyDefinition
from dtproxies.regress.free_parameters import errors, unknowns
from dtproxies.vocabulary.module import Module, Slider, choice

LINEAR = Slider(name="linear", low=-2, high=6, default=0, unit="1")
FACTOR = Slider(name="factor", low=0.1, high=10, default=1, unit="1", scale="log")
ANGLE = Slider(name="angle", low=0, high=360, default=0, unit="degrees", scale="angle")
WHOLE = Slider(name="whole", low=1, high=9, default=3, unit="1", integer=True)
MODE = choice("mode", 0, soft=0, hard=4)


def link(*sliders: Slider, free: tuple[str, ...] | None = None) -> PipelineStep:
    module = Module(name="toy", version=1, kind="exact", space="input-rgb", sliders=sliders, receptive_field=0)
    return PipelineStep(
        definition=ProxyDefinition(module=module, network=nn.Identity),
        sliders={slider.name: slider.default for slider in sliders},
        free=tuple(slider.name for slider in sliders) if free is None else free,
        space="input-rgb",
        result_space="input-rgb",
    )


def test_numbers_without_bounds_stay_in_range_and_keep_a_slope() -> None:
    (one,) = unknowns([link(LINEAR, FACTOR, ANGLE)])
    for size in (0.0, 3.0, -3.0, 6.0):
        numbers = torch.full((3,), size, dtype=torch.float64, requires_grad=True)
        (values,) = one.sliders(numbers)
        for slider, value in zip((LINEAR, FACTOR, ANGLE), values[0].tolist(), strict=True):
            assert slider.low <= value <= slider.high
        values.sum().backward()
        assert numbers.grad is not None
        assert (numbers.grad > 0).all()


def test_shares_come_back_as_values_on_each_axis() -> None:
    (one,) = unknowns([link(LINEAR, FACTOR, ANGLE)])
    (values,) = one.values(one.numbers([0.25, 0.25, 0.25]))
    assert values == pytest.approx({"linear": 0.0, "factor": 10**-0.5, "angle": 90.0})


def test_an_angle_goes_round() -> None:
    (one,) = unknowns([link(ANGLE)])
    (before, after) = (one.values(torch.tensor([turns]))[0]["angle"] for turns in (0.95, -0.05))
    assert before == pytest.approx(after, abs=1e-3)


def test_whole_numbers_are_rounded_at_the_end() -> None:
    (one,) = unknowns([link(WHOLE)])
    assert one.values(one.numbers([0.3]))[0]["whole"] == 3.0


def test_what_is_not_free_stays() -> None:
    (one,) = unknowns([link(LINEAR, FACTOR, free=("factor",))])
    assert len(one.places) == 1
    assert one.values(torch.tensor([2.0]))[0]["linear"] == LINEAR.default


def test_every_combination_of_choices_is_searched_by_itself() -> None:
    found = unknowns([link(LINEAR, MODE), link(MODE)])
    assert [(one.held[0]["mode"], one.held[1]["mode"]) for one in found] == [(0, 0), (0, 4), (4, 0), (4, 4)]


def test_too_many_combinations_are_refused() -> None:
    many = choice("many", 0, **{f"n{number}": number for number in range(9)})
    with pytest.raises(Failure, match="81 combinations of many, many"):
        unknowns([link(many), link(many)])


def test_without_a_free_slider_there_is_nothing_to_do() -> None:
    with pytest.raises(NothingToDo, match="no slider is free"):
        unknowns([link(LINEAR, free=())])


def test_errors_are_shares_of_the_axis() -> None:
    truth = link(LINEAR, FACTOR, ANGLE, MODE)
    found = [{"linear": 0.8, "factor": 10.0, "angle": 350.0, "mode": 4.0}]
    wanted = {"toy.linear": 0.1, "toy.factor": 0.5, "toy.angle": 10 / 360, "toy.mode": 1.0}
    assert errors([truth], found) == pytest.approx(wanted)
    assert errors([replace(truth, free=("linear",))], found) == pytest.approx({"toy.linear": 0.1})
