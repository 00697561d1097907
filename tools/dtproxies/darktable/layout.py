"""Sliders of a darktable module: their place in its parameter struct, their range, and how values become bytes."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from dtbase.system.errors import WrongUsage
from dtbase.system.suggestions import did_you_mean

FORMATS = {
    **{"float": "f", "int": "i", "uint": "I", "bool": "i", "enum": "i"},
    **{"short": "h", "ushort": "H", "int8": "b", "uint8": "B"},
}
"""How a single value of each type lies in the struct (`struct` codes, little-endian)."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One member of a parameter struct; a slider, or a group of them."""

    name: str
    type: str
    """darktable's word: float, int, uint, short, ushort, int8, uint8, bool, enum, char, array or struct."""
    offset: int
    """Bytes from the start of the struct; inside an array, those of the first item."""
    size: int
    min: float | None = None
    """Hard limit of darktable; None where it has none."""
    max: float | None = None
    default: float = 0
    choices: Mapping[str, int] = field(default_factory=dict)
    """Names and values of an enum."""
    description: str = ""
    """darktable's own label, where it has one."""
    count: int = 0
    """Items of an array."""
    item: Field | None = None
    fields: tuple[Field, ...] = ()

    def encode(self, value: float | str, module: str) -> bytes:
        """The bytes of one value; an enum may be given by name.

        Raises:
            WrongUsage: not a number, outside the limits, or no choice of the enum. darktable itself does not check:
                a value outside can crash it.
        """
        number = self._number(value, module)
        if self.type != "float" and number != int(number):
            raise WrongUsage(f"{self.name} takes integers, not {value}", where=module)
        code = "<" + FORMATS[self.type]
        try:
            raw = struct.pack(code, number if self.type == "float" else int(number))
        except (struct.error, OverflowError) as exc:
            raise WrongUsage(f"{self.name}={value} does not fit into a {self.type}", where=module) from exc
        # Limits are compared as stored: a limit of 0.1 is not quite 0.1 in single precision.
        stored = struct.unpack(code, raw)[0]
        low, high = (_stored(self, limit) for limit in (self.min, self.max))
        if (low is not None and stored < low) or (high is not None and stored > high):
            raise WrongUsage(f"{self.name}={value} is outside {self.range}", where=module)
        return raw

    @property
    def range(self) -> str:
        """The allowed values, as text."""
        if self.type == "bool":
            return "0 or 1"
        if self.choices:
            return ", ".join(f"{value} ({name})" for name, value in self.choices.items())
        low, high = ("-" if limit is None else f"{limit:g}" for limit in (self.min, self.max))
        return "any" if low == high == "-" else f"{low} to {high}"

    def _number(self, value: float | str, module: str) -> float:
        if isinstance(value, str) and value in self.choices:
            return self.choices[value]
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not math.isfinite(number):
            raise WrongUsage(f"{self.name}={value} is not a number; it takes {self.range}", where=module)
        if (self.type == "bool" and number not in (0, 1)) or (self.choices and number not in self.choices.values()):
            raise WrongUsage(f"{self.name}={value} is none of {self.range}", where=module)
        return number


@dataclass(frozen=True, kw_only=True)
class ModuleLayout:
    """The parameter struct of one module, as its installed plugin describes it."""

    name: str
    version: int
    """Version of the struct (`modversion` in XMP)."""
    size: int
    fields: tuple[Field, ...]
    initial: bytes | None = None
    """The struct as darktable itself sets it for an image, where that was asked for: curves have their end points."""

    @cached_property
    def sliders(self) -> Mapping[str, Field]:
        """Every single value by name; items of arrays and structs as `curve[0][1].x`. Text has no slider."""
        return {leaf.name: leaf for member in self.fields for leaf in _leaves(member, member.name, 0)}

    @cached_property
    def defaults(self) -> bytes:
        """The struct with every slider at its default: the one that darktable set, or else the compiled one."""
        if self.initial is not None:
            return self.initial
        raw = bytearray(self.size)
        for slider in self.sliders.values():
            struct.pack_into("<" + FORMATS[slider.type], raw, slider.offset, slider.default)
        return bytes(raw)

    def pack(self, values: Mapping[str, float | str]) -> bytes:
        """The struct with `values` by slider name and all others at their default.

        Raises:
            WrongUsage: an unknown slider, or a value darktable does not allow.
        """
        raw = bytearray(self.defaults)
        for name, value in values.items():
            if name not in self.sliders:
                raise WrongUsage(f"no slider '{name}'; {did_you_mean(name, self.sliders)}", where=self.name)
            slider = self.sliders[name]
            raw[slider.offset : slider.offset + slider.size] = slider.encode(value, self.name)
        return bytes(raw)

    def unpack(self, raw: bytes) -> dict[str, float]:
        """Every slider's value in `raw`, the bytes of the struct.

        Raises:
            WrongUsage: `raw` has not the size of this module's struct.
        """
        if len(raw) != self.size:
            raise WrongUsage(
                f"parameters of {len(raw)} bytes, where version {self.version} has {self.size}", where=self.name
            )
        return {
            name: struct.unpack_from("<" + FORMATS[slider.type], raw, slider.offset)[0]
            for name, slider in self.sliders.items()
        }


def _leaves(member: Field, name: str, shift: int) -> Iterator[Field]:
    if member.item is not None:
        for i in range(member.count):
            yield from _leaves(member.item, f"{name}[{i}]", shift + i * member.item.size)
    for part in member.fields:
        yield from _leaves(part, f"{name}.{part.name}", shift)
    if member.type in FORMATS:
        yield replace(member, name=name, offset=member.offset + shift)


def _stored(slider: Field, limit: float | None) -> float | None:
    if limit is None or slider.type != "float":
        return limit
    return float(struct.unpack("<f", struct.pack("<f", limit))[0])
