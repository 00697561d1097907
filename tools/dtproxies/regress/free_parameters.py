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

MOST = 64
"""Combinations of choices that are tried one by one."""
EDGE = 1e-3
"""Share of the range from either end where a search may start: at the end itself nothing pulls any more."""

Sliders = list[dict[str, float]]
"""Values by name, for each module of the chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A free continuous slider: index of its module in the chain, its own index there, and its axis."""

    link: int
    slider: int
    axis: Axis

    @property
    def name(self) -> str:
        """Name of the slider."""
        return self.axis.slider.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknowns:
    """Free sliders of a chain, and the values of the others."""

    held: Sliders
    """Every slider of every module; those that are free stand where the pipeline puts them."""
    places: tuple[Place, ...]

    def sliders(self, numbers: Tensor) -> list[Tensor]:
        """Map [N] unbounded variables to [1, P] for each module, in darktable's units; differentiable.

        A linear slider is a logistic curve between its ends, a logarithmic one is that in logarithms. An angle goes
        round: its numbers count turns.
        """
        columns = [[numbers.new_tensor(value) for value in values.values()] for values in self.held]
        for number, place in zip(numbers, self.places, strict=True):
            columns[place.link][place.slider] = _value(place.axis, number)
        return [torch.stack(values)[None] if values else numbers.new_zeros(1, 0) for values in columns]

    def values(self, numbers: Tensor) -> Sliders:
        """Return slider values by name; integer sliders are rounded."""
        found = [dict(values) for values in self.held]
        for place, number in zip(self.places, numbers.detach(), strict=True):
            value = float(_value(place.axis, number))
            found[place.link][place.name] = float(round(value)) if place.axis.slider.integer else value
        return found

    def numbers(self, shares: Sequence[float]) -> Tensor:
        """Map fractions of each slider's axis, 0 to 1, to unbounded variables."""
        numbers = [_number(place.axis.slider, share) for place, share in zip(self.places, shares, strict=True)]
        return torch.tensor(numbers, dtype=torch.float64)

    def shares(self) -> list[float]:
        """Return the pipeline's values of the free sliders, as fractions of their axes."""
        return [share(place.axis, self.held[place.link][place.name]) for place in self.places]


def unknowns(links: Sequence[PipelineStep]) -> list[Unknowns]:
    """Return the free parameters, once for each combination of the free choices.

    Raises:
        NothingToDo: no slider is free.
        Failure: there are too many combinations.
    """
    free = [(at, slider) for at, link in enumerate(links) for slider in link.module.sliders if slider.name in link.free]
    if not free:
        raise NothingToDo("no slider is free", fix="name some under `free`, or write `free: all`")
    chosen = [(at, slider) for at, slider in free if slider.choices]
    count = math.prod(len(slider.choices) for _, slider in chosen)
    if count > MOST:
        names = ", ".join(slider.name for _, slider in chosen)
        raise Failure(
            f"{count} combinations of {names} to search; the limit is {MOST}", fix="fix some of these choices"
        )
    places = tuple(
        Place(link=at, slider=links[at].module.sliders.index(slider), axis=axis(slider))
        for at, slider in free
        if not slider.choices
    )
    combinations = itertools.product(*([float(value) for _, value in slider.choices] for _, slider in chosen))
    return [Unknowns(held=_held(links, chosen, values), places=places) for values in combinations]


def share(one: Axis, value: float) -> float:
    """Return the position of a value along its axis, 0 to 1."""
    return float((one.coordinates(value) - one.low) / (one.high - one.low))


def errors(links: Sequence[PipelineStep], found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the errors of free sliders as fractions of their ranges, by `module.slider`.

    Distances are taken along the axes; a wrong choice counts as 1, and angles go round.
    """
    return {
        f"{link.module.name}.{slider.name}": _apart(slider, values[slider.name], link.sliders[slider.name])
        for link, values in zip(links, found, strict=True)
        for slider in link.module.sliders
        if slider.name in link.free
    }


def _held(links: Sequence[PipelineStep], chosen: Sequence[tuple[int, Slider]], values: Sequence[float]) -> Sliders:
    held = [dict(link.sliders) for link in links]
    for (at, slider), value in zip(chosen, values, strict=True):
        held[at][slider.name] = value
    return held


def _value(one: Axis, number: Tensor) -> Tensor:
    turns = one.slider.scale == "angle"
    along = number - torch.floor(number) if turns else torch.sigmoid(number)
    place = one.low + (one.high - one.low) * along
    return torch.exp(place) if one.slider.scale == "log" else place


def _number(slider: Slider, along: float) -> float:
    if slider.scale == "angle":
        return along
    inside = min(max(along, EDGE), 1 - EDGE)
    return math.log(inside / (1 - inside))


def _apart(slider: Slider, found: float, wanted: float) -> float:
    if slider.choices:
        return float(found != wanted)
    along = axis(slider)
    apart = abs(share(along, found) - share(along, wanted))
    return min(apart, 1 - apart) if slider.scale == "angle" else apart
