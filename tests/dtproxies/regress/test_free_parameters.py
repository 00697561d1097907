"""Free sliders as unbounded variables, and back."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from dtbase.system.errors import Failure, NothingToDo
from dtproxies.pipeline.steps import PipelineStep
from dtproxies.proxy.definition import ProxyDefinition
from dtproxies.regress.free_parameters import free_parameters, slider_errors
from dtproxies.vocabulary.module import Module, Slider, choice

LINEAR = Slider(name="linear", low=-2, high=6, default=0, unit="1")
FACTOR = Slider(name="factor", low=0.1, high=10, default=1, unit="1", scale="log")
ANGLE = Slider(name="angle", low=0, high=360, default=0, unit="degrees", scale="angle")
COUNT = Slider(name="count", low=1, high=9, default=3, unit="1", integer=True)
MODE = choice("mode", 0, soft=0, hard=4)


def step(*sliders: Slider, free: tuple[str, ...] | None = None) -> PipelineStep:
    module = Module(name="toy", version=1, kind="exact", space="input-rgb", sliders=sliders, receptive_field=0)
    return PipelineStep(
        definition=ProxyDefinition(module=module, network=nn.Identity),
        sliders={slider.name: slider.default for slider in sliders},
        free=tuple(slider.name for slider in sliders) if free is None else free,
        space="input-rgb",
        result_space="input-rgb",
    )


def test_sliders_stay_in_range_and_keep_a_gradient() -> None:
    (one,) = free_parameters([step(LINEAR, FACTOR, ANGLE)])
    for size in (0.0, 3.0, -3.0, 6.0):
        variables = torch.full((3,), size, dtype=torch.float64, requires_grad=True)
        (values,) = one.sliders(variables)
        for slider, value in zip((LINEAR, FACTOR, ANGLE), values[0].tolist(), strict=True):
            assert slider.low <= value <= slider.high
        values.sum().backward()
        assert variables.grad is not None
        assert (variables.grad > 0).all()


def test_fractions_map_to_values_on_each_axis() -> None:
    (one,) = free_parameters([step(LINEAR, FACTOR, ANGLE)])
    (values,) = one.values(one.variables([0.25, 0.25, 0.25]))
    assert values == pytest.approx({"linear": 0.0, "factor": 10**-0.5, "angle": 90.0})


def test_angles_wrap_around() -> None:
    (one,) = free_parameters([step(ANGLE)])
    (before, after) = (one.values(torch.tensor([turns]))[0]["angle"] for turns in (0.95, -0.05))
    assert before == pytest.approx(after, abs=1e-3)


def test_integer_sliders_are_rounded() -> None:
    (one,) = free_parameters([step(COUNT)])
    assert one.values(one.variables([0.3]))[0]["count"] == 3.0


def test_sliders_that_are_not_free_stay_at_their_value() -> None:
    (one,) = free_parameters([step(LINEAR, FACTOR, free=("factor",))])
    assert len(one.free) == 1
    assert one.values(torch.tensor([2.0]))[0]["linear"] == LINEAR.default


def test_each_combination_of_choices_has_its_own_parameters() -> None:
    found = free_parameters([step(LINEAR, MODE), step(MODE)])
    assert [(one.start[0]["mode"], one.start[1]["mode"]) for one in found] == [(0, 0), (0, 4), (4, 0), (4, 4)]


def test_too_many_combinations_fail() -> None:
    many = choice("many", 0, **{f"n{number}": number for number in range(9)})
    with pytest.raises(Failure, match="81 combinations of many, many"):
        free_parameters([step(many), step(many)])


def test_without_a_free_slider_there_is_nothing_to_do() -> None:
    with pytest.raises(NothingToDo, match="no slider is free"):
        free_parameters([step(LINEAR, free=())])


def test_errors_are_fractions_of_the_axis() -> None:
    truth = step(LINEAR, FACTOR, ANGLE, MODE)
    found = [{"linear": 0.8, "factor": 10.0, "angle": 350.0, "mode": 4.0}]
    expected = {"toy.linear": 0.1, "toy.factor": 0.5, "toy.angle": 10 / 360, "toy.mode": 1.0}
    assert slider_errors([truth], found) == pytest.approx(expected)
    assert slider_errors([replace(truth, free=("linear",))], found) == pytest.approx({"toy.linear": 0.1})
