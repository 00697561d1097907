"""Description of a darktable module and its sliders: the facts that introspection cannot supply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

Kind = Literal["exact", "curve", "colour", "position", "local", "multi-scale", "global", "raw"]
"""Dependence of an output pixel on the input.

exact, curve, colour: on its own input pixel (a closed form; one curve for each channel; a mix of channels).
position: on its own input pixel and its position in the frame.
local, multi-scale: on a small or a large neighbourhood.
global: on the whole image.
raw: any of these on a Bayer mosaic of sensor values."""
Space = Literal["input-rgb", "work-rgb", "lab", "display", "raw"]
"""Colour space of pixel values; `dtproxies.images.module_spaces` converts between them."""
Scale = Literal["linear", "log", "angle"]
STORED_KEYS = {"integer": "whole"}
"""Keys in stored metadata for fields of `Slider` that have another name there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slider:
    """Parameter of a module in darktable's own unit, with its useful range instead of its hard limits."""

    name: str
    """Name in darktable's introspection; an item of an array is `red[0]`."""
    low: float
    high: float
    default: float
    unit: str
    scale: Scale = "linear"
    """Spacing of useful values: `linear` even; `log` even in the logarithm, for factors and radii; `angle` even on a
    circle whose ends low and high coincide, for hues and rotations."""
    choices: tuple[tuple[str, int], ...] = ()
    """Names and values of an enum or a switch (0 and 1). Empty for a continuous slider."""
    integer: bool = False
    """True for a slider that takes integers only, for example a number of iterations."""

    def facts(self) -> dict[str, Any]:
        """Describe the slider as JSON values, as stored with weights; fields at their default are left out."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {STORED_KEYS.get(f.name, f.name): values[f.name] for f in fields(self) if values[f.name] != f.default}


def choice(name: str, default: int, **choices: int) -> Slider:
    """Build an enum or a switch: `choice("version", 0, first=0, second=1)`; values are darktable's."""
    values = choices.values()
    pairs = tuple(choices.items())
    return Slider(name=name, low=min(values), high=max(values), default=default, unit="choice", choices=pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """Description of a darktable module as its proxy imitates it; each file of `dtproxies.modules` holds one."""

    name: str
    """darktable's operation name, for example `exposure`."""
    version: int
    """Version of the parameter struct that the sliders belong to; other versions are rejected."""
    kind: Kind
    space: Space
    """Colour space of the input pixels; checked against the space that darktable reports."""
    output_space: Space | None = None
    """Colour space of the output pixels; None if it equals `space`."""
    sliders: tuple[Slider, ...]
    """Sliders of the proxy in the order of its graph input; empty for a module that only converts colours."""
    fixed: Mapping[str, float | str] = field(default_factory=dict)
    """Parameters held at a value other than their default; enum values may be names. All remaining parameters stay
    at darktable's default."""
    receptive_field: int | None
    """Radius in pixels of the input area that an output pixel depends on: the margin that a tile needs. None for the
    whole image."""
    frame: bool = False
    """True if the network needs the position of the image in the frame; see `dtproxies.networks.frame`."""
    white_balanced: bool = False
    """True if the module receives mosaics after white balance; only for the raw space."""

    @property
    def result_space(self) -> Space:
        """Colour space of the output pixels."""
        return self.output_space or self.space

    @property
    def pointwise(self) -> bool:
        """True if an output pixel depends on its own input pixel only; training may then sample single pixels."""
        return self.receptive_field == 0 and not self.frame and self.space != "raw"

    def parameters(self, position: Mapping[str, float]) -> dict[str, float | str]:
        """Merge slider values with the fixed parameters, as passed to darktable."""
        return {**self.fixed, **position}
