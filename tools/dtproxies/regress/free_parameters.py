"""Free sliders of a chain as unbounded variables of an optimiser."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dtbase.system.errors import Failure, NothingToDo
from dtproxies.pipeline.steps import PipelineStep
from dtproxies.vocabulary.axis import Axis, axis
from dtproxies.vocabulary.module import Slider

MAX_COMBINATIONS = 64
"""Maximum number of combinations of choices, each of which is searched separately."""
EDGE = 1e-3
"""Minimum distance of a start from the ends, as a fraction of the range: at the ends the gradient vanishes."""

Sliders = list[dict[str, float]]
"""Values by name, for each module of the chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeSlider:
    """Free continuous slider: index of its module in the chain, its own index there, and its axis."""

    step: int
    slider: int
    axis: Axis

    @property
    def name(self) -> str:
        """Name of the slider."""
        return self.axis.slider.name


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeParameters:
    """Free continuous sliders of a chain, and the values of all sliders at the start."""

    start: Sliders
    """Values of all sliders of each module; free ones have the values of the pipeline."""
    free: tuple[FreeSlider, ...]

    def sliders(self, variables: Tensor) -> list[Tensor]:
        """Map [N] unbounded variables to [1, P] for each module, in darktable's units; differentiable.

        A linear slider is a logistic function between its ends, a logarithmic one the same in logarithms. For an
        angle, the variable counts turns.
        """
        columns = [[variables.new_tensor(value) for value in values.values()] for values in self.start]
        for variable, slider in zip(variables, self.free, strict=True):
            columns[slider.step][slider.slider] = slider_value(slider.axis, variable)
        return [torch.stack(values)[None] if values else variables.new_zeros(1, 0) for values in columns]

    def values(self, variables: Tensor) -> Sliders:
        """Return slider values by name; integer sliders are rounded."""
        result = [dict(values) for values in self.start]
        for slider, variable in zip(self.free, variables.detach(), strict=True):
            value = float(slider_value(slider.axis, variable))
            result[slider.step][slider.name] = float(round(value)) if slider.axis.slider.integer else value
        return result

    def variables(self, fractions: Sequence[float]) -> Tensor:
        """Map fractions of each slider's axis, 0 to 1, to unbounded variables."""
        values = [unbounded(slider.axis.slider, at) for slider, at in zip(self.free, fractions, strict=True)]
        return torch.tensor(values, dtype=torch.float64)

    def start_fractions(self) -> list[float]:
        """Return the pipeline's values of the free sliders, as fractions of their axes."""
        return [axis_fraction(slider.axis, self.start[slider.step][slider.name]) for slider in self.free]


def free_parameters(steps: Sequence[PipelineStep]) -> list[FreeParameters]:
    """Return the free parameters for each combination of the free choices.

    Raises:
        NothingToDo: no slider is free.
        Failure: there are too many combinations.
    """
    free = [(at, slider) for at, step in enumerate(steps) for slider in step.module.sliders if slider.name in step.free]
    if not free:
        raise NothingToDo("no slider is free", fix="list sliders under `free`, or write `free: all`")
    chosen = [(at, slider) for at, slider in free if slider.choices]
    count = math.prod(len(slider.choices) for _, slider in chosen)
    if count > MAX_COMBINATIONS:
        names = ", ".join(slider.name for _, slider in chosen)
        raise Failure(
            f"{count} combinations of {names} to search; the limit is {MAX_COMBINATIONS}",
            fix="take some of these choices out of `free`",
        )
    continuous = tuple(
        FreeSlider(step=at, slider=steps[at].module.sliders.index(slider), axis=axis(slider))
        for at, slider in free
        if not slider.choices
    )
    combinations = itertools.product(*([float(value) for _, value in slider.choices] for _, slider in chosen))
    return [FreeParameters(start=_with_choices(steps, chosen, values), free=continuous) for values in combinations]


def axis_fraction(one: Axis, value: float) -> float:
    """Return the position of a value along its axis, 0 to 1."""
    return float((one.coordinates(value) - one.low) / (one.high - one.low))


def slider_errors(steps: Sequence[PipelineStep], recovered: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the errors of free sliders as fractions of their ranges, by `module.slider`.

    Distances are measured along the axes. A wrong choice counts as 1; angles wrap around.
    """
    return {
        f"{step.module.name}.{slider.name}": _range_error(slider, values[slider.name], step.sliders[slider.name])
        for step, values in zip(steps, recovered, strict=True)
        for slider in step.module.sliders
        if slider.name in step.free
    }


def _with_choices(
    steps: Sequence[PipelineStep], chosen: Sequence[tuple[int, Slider]], values: Sequence[float]
) -> Sliders:
    values_by_step = [dict(step.sliders) for step in steps]
    for (at, slider), value in zip(chosen, values, strict=True):
        values_by_step[at][slider.name] = value
    return values_by_step


def slider_value(one: Axis, variable: Tensor) -> Tensor:
    """Map an unbounded variable to a value of a slider, inside its range; differentiable."""
    wraps = one.slider.scale == "angle"
    fraction = variable - torch.floor(variable) if wraps else torch.sigmoid(variable)
    coordinate = one.low + (one.high - one.low) * fraction
    return torch.exp(coordinate) if one.slider.scale == "log" else coordinate


def unbounded(slider: Slider, fraction: float) -> float:
    """Return the variable of a fraction of a slider's axis: the inverse of `slider_value`, away from the ends."""
    if slider.scale == "angle":
        return fraction
    inside = min(max(fraction, EDGE), 1 - EDGE)
    return math.log(inside / (1 - inside))


def _range_error(slider: Slider, recovered: float, true: float) -> float:
    if slider.choices:
        return float(recovered != true)
    along = axis(slider)
    error = abs(axis_fraction(along, recovered) - axis_fraction(along, true))
    return min(error, 1 - error) if slider.scale == "angle" else error
