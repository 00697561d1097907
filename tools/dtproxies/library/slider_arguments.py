"""Slider values as callers pass them: numbers, names of choices, or tensors with gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from dtbase.system.errors import WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtproxies.vocabulary.module import Module, Slider

SliderValue = float | int | bool | str | Tensor
"""A number in darktable's unit, the name of a choice, or a tensor of one value for all images or one for each."""
_TOLERANCE = 1e-6
"""Relative distance beyond the ends of a range that counts as inside, because float32 rounds."""


def slider_row(module: Module, values: Mapping[str, SliderValue], batch: Tensor) -> Tensor:
    """Return the sliders of a module as [B, P], in its order; those that are not given have their defaults.

    Args:
        module: the module.
        values: values by name of the slider.
        batch: the images, [B, C, H, W], whose type and device the result has.

    Raises:
        WrongUsage: a slider or choice does not exist, a number is outside its range, or a tensor has another length.
    """
    known = {slider.name: slider for slider in module.sliders}
    for name in values:
        if name not in known:
            raise WrongUsage(f"{module.name} has no slider '{name}'", fix=did_you_mean(name, known))
    columns = [_column(module, slider, values.get(slider.name, slider.default), batch) for slider in module.sliders]
    return torch.stack(columns, dim=1) if columns else batch.new_zeros(len(batch), 0)


def _column(module: Module, slider: Slider, value: SliderValue, batch: Tensor) -> Tensor:
    where = f"{module.name}.{slider.name}"
    if isinstance(value, Tensor):
        if value.ndim > 1 or value.numel() not in (1, len(batch)):
            what = f"the tensor has the shape {tuple(value.shape)}"
            raise WrongUsage(what, where=where, fix=f"pass one value, or {len(batch)}, one for each image")
        return value.to(batch).reshape(-1).expand(len(batch))
    return batch.new_full((len(batch),), checked_number(slider, value, where))


def checked_number(slider: Slider, value: Any, where: str) -> float:
    """Return the number of a value: a choice by its name, any other inside the slider's range.

    Raises:
        WrongUsage: it is none of the choices, no number, or outside the range.
    """
    choices = dict(slider.choices)
    if isinstance(value, str) and value in choices:
        return float(choices[value])
    if choices and (isinstance(value, str) or float(value) not in choices.values()):
        raise WrongUsage(f"'{value}' is no choice", where=where, fix=did_you_mean(str(value), choices))
    try:
        number = float(value)
    except (TypeError, ValueError) as exc:
        raise WrongUsage(f"'{value}' is no number", where=where, fix=_range(slider)) from exc
    slack = _TOLERANCE * max(abs(slider.low), abs(slider.high))
    if not slider.low - slack <= number <= slider.high + slack:
        raise WrongUsage(f"{number:g} is outside the range of the proxy", where=where, fix=_range(slider))
    return number


def _range(slider: Slider) -> str:
    return f"pass a value from {slider.low:g} to {slider.high:g} {slider.unit}".rstrip()
