"""Modules of darktable and their sliders, as proxies see them: what introspection cannot know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

Kind = Literal["exact", "curve", "colour", "position", "local", "multi-scale", "global", "raw"]
"""How far an output pixel looks, and what is known of the way: exact, curve and colour look at the pixel itself (a
closed form, one curve for each channel, a mix of channels), position also at its place in the frame, local and
multi-scale around it, global at the whole image; raw is any of these on a mosaic of sensor data."""
Space = Literal["input-rgb", "work-rgb", "lab", "display", "raw"]
"""What the values of a pixel are; `dtproxies.images.module_spaces` converts between them."""
Scale = Literal["linear", "log", "angle"]
STORED_KEYS = {"integer": "whole"}
"""Keys of the file format for fields of `Slider` that have another name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slider:
    """A parameter of a module in darktable's own unit, with the range people use (not the hard limits)."""

    name: str
    """As introspection calls it; an item of an array is `red[0]`."""
    low: float
    high: float
    default: float
    unit: str
    scale: Scale = "linear"
    """How values are spread over the range: evenly; evenly in their logarithm, for factors and radii; or evenly round a
    circle of which low and high are the same place, for hues and rotations."""
    choices: tuple[tuple[str, int], ...] = ()
    """Names and values of an enum or a switch (0 and 1); nothing lies between them. Empty for a slider one can drag."""
    integer: bool = False
    """True for a slider that takes integers only, for example a number of iterations."""

    def facts(self) -> dict[str, Any]:
        """Describe the slider as JSON values, as stored with weights; fields at their default are left out."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {STORED_KEYS.get(f.name, f.name): values[f.name] for f in fields(self) if values[f.name] != f.default}


def choice(name: str, default: int, **choices: int) -> Slider:
    """An enum or a switch: `choice("version", 0, first=0, second=1)`; the values are darktable's."""
    values = choices.values()
    pairs = tuple(choices.items())
    return Slider(name=name, low=min(values), high=max(values), default=default, unit="choice", choices=pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A darktable module as its proxy sees it."""

    name: str
    """darktable's operation name, for example `exposure`."""
    version: int
    """Version of the parameter struct the sliders belong to; another version is refused."""
    kind: Kind
    space: Space
    """Of the module's input pixels; held against what darktable itself says."""
    output_space: Space | None = None
    """Of its output pixels; None when it is that of the input."""
    sliders: tuple[Slider, ...]
    """The sliders of the proxy, in the order in which they enter its graph; none for a module that only converts."""
    fixed: Mapping[str, float | str] = field(default_factory=dict)
    """Parameters that the proxy holds at a value which is not their default; an enum may be given by name. All others
    that are no sliders stay at darktable's default."""
    receptive_field: int | None
    """Pixels around an output pixel that it may depend on: the halo a tile needs. None for the whole image."""
    frame: bool = False
    """Whether the network has to know where the image lies in the frame; see `dtproxies.networks.frame`."""
    white_balanced: bool = False
    """Whether it gets mosaics behind the white balance; only of the raw space."""

    @property
    def result_space(self) -> Space:
        """Space of its output pixels."""
        return self.output_space or self.space

    @property
    def pointwise(self) -> bool:
        """Whether an output pixel depends on its own input pixel alone, so that pixels may be drawn singly."""
        return self.receptive_field == 0 and not self.frame and self.space != "raw"

    def parameters(self, position: Mapping[str, float]) -> dict[str, float | str]:
        """What darktable is given for slider values by name: these, and what is fixed."""
        return {**self.fixed, **position}
