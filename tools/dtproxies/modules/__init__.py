"""What is known of single darktable modules beyond introspection; one file a module, named like it.

A member holds `MODULE`, a `Module`, and `network()`, which builds the untrained `torch.nn.Module` of its proxy.
Importing a member imports no torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Slider:
    """A parameter of a module in darktable's own unit, with the range people use (not the hard limits)."""

    name: str
    low: float
    high: float
    default: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A darktable module as its proxy sees it."""

    name: str
    """darktable's operation name, for example `exposure`."""
    version: int
    """Version of the parameter struct the sliders belong to; another version is refused."""
    kind: Literal["exact", "curve", "colour", "position", "local", "multi-scale", "global"]
    """How far an output pixel looks: at itself, around it, at the whole image."""
    space: Literal["linear-rgb", "lab"]
    """Colour space of the module's input and output pixels."""
    sliders: tuple[Slider, ...]
    """The sliders of the proxy, in the order in which they enter its graph."""
    reach: int
    """Pixels around an output pixel that it may depend on; the halo a tile needs."""
