"""Sliders as unconstrained parameters for an optimiser, which cannot leave their ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from dtbase.system.errors import WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtproxies.library.slider_arguments import checked_number
from dtproxies.regress.free_parameters import axis_fraction, slider_value, unbounded
from dtproxies.vocabulary.axis import axis
from dtproxies.vocabulary.module import Module, Slider


class FreeSliders(nn.Module):
    """Sliders of one module as a parameter `unbounded` [N] of any real numbers.

    Calling it returns the sliders by name as tensors in darktable's units, inside their ranges: a logistic function
    between the ends, along logarithms for logarithmic sliders; angles count turns. Choices cannot be free.
    """

    def __init__(self, sliders: Sequence[Slider], start: Mapping[str, float]) -> None:
        super().__init__()
        self.sliders = tuple(sliders)
        fractions = [axis_fraction(axis(slider), start[slider.name]) for slider in self.sliders]
        first = [unbounded(slider, at) for slider, at in zip(self.sliders, fractions, strict=True)]
        self.unbounded = nn.Parameter(torch.tensor(first, dtype=torch.float32))

    @property
    def bounds(self) -> dict[str, tuple[float, float]]:
        """Low and high end of each slider, in darktable's unit."""
        return {slider.name: (slider.low, slider.high) for slider in self.sliders}

    def forward(self) -> dict[str, Tensor]:
        """Return the value of each slider, a tensor without dimensions that has a gradient."""
        pairs = zip(self.sliders, self.unbounded, strict=True)
        return {slider.name: slider_value(axis(slider), variable) for slider, variable in pairs}

    def values(self) -> dict[str, float]:
        """Return the present values as numbers; sliders of integers are rounded."""
        with torch.no_grad():
            numbers = {name: float(value) for name, value in self().items()}
        integers = {slider.name for slider in self.sliders if slider.integer}
        return {name: float(round(value)) if name in integers else value for name, value in numbers.items()}


def free_sliders(module: Module, names: Sequence[str], start: Mapping[str, float | str]) -> FreeSliders:
    """Free some sliders of a module, or all continuous ones if no name is given.

    Args:
        module: the module.
        names: the sliders to free.
        start: values to start from, in darktable's unit; the defaults of all others.

    Raises:
        WrongUsage: a slider does not exist or is a choice, or a start is outside its range.
    """
    continuous = {slider.name: slider for slider in module.sliders if not slider.choices}
    for name in [*names, *start]:
        if name not in continuous:
            known = any(slider.name == name for slider in module.sliders)
            what = f"{module.name}.{name} is a choice" if known else f"{module.name} has no slider '{name}'"
            fix = "a choice has no gradient; pass it to the proxy by name" if known else did_you_mean(name, continuous)
            raise WrongUsage(what, fix=fix)
    chosen = [slider for name, slider in continuous.items() if not names or name in names]
    at = {
        slider.name: checked_number(slider, start.get(slider.name, slider.default), f"{module.name}.{slider.name}")
        for slider in chosen
    }
    return FreeSliders(chosen, at)
