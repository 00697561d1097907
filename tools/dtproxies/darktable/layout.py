"""Parameter struct of a darktable module: offsets and ranges of its sliders, and encoding of their values."""

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
"""`struct` format code of each scalar type, little-endian."""


SINGLE_STEP = 2.0**-23
"""Relative distance of neighbouring numbers in single precision."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a parameter struct: a slider or a group of sliders."""

    name: str
    type: str
    """darktable's type name: float, int, uint, short, ushort, int8, uint8, bool, enum, char, array or struct."""
    offset: int
    """Bytes from the start of the struct; inside an array, the offset of the first item."""
    size: int
    min: float | None = None
    """darktable's hard limit; None for no limit."""
    max: float | None = None
    default: float = 0
    choices: Mapping[str, int] = field(default_factory=dict)
    """Names and values of an enum."""
    description: str = ""
    """darktable's own label; may be empty."""
    count: int = 0
    """Number of items of an array."""
    item: Field | None = None
    fields: tuple[Field, ...] = ()

    def encode(self, value: float | str, module: str) -> bytes:
        """Encode one value as bytes; an enum value may be a name.

        Raises:
            WrongUsage: not a number, outside the limits, or not a choice of the enum. darktable itself does not check
                limits: a value outside can crash it.
        """
        number = self._number(value, module)
        if self.type != "float" and number != int(number):
            raise WrongUsage(f"{self.name} takes integers, not {value}", where=module)
        code = "<" + FORMATS[self.type]
        try:
            raw = struct.pack(code, number if self.type == "float" else int(number))
        except (struct.error, OverflowError) as exc:
            raise WrongUsage(f"{self.name}={value} does not fit into a {self.type}", where=module) from exc
        # Compare stored values, because a limit of 0.1 differs from 0.1 in single precision.
        stored = struct.unpack(code, raw)[0]
        low, high = (_stored(self, limit) for limit in (self.min, self.max))
        # darktable itself writes values one step of single precision outside a limit.
        step = abs(stored) * SINGLE_STEP if self.type == "float" else 0
        if (low is not None and stored < low - step) or (high is not None and stored > high + step):
            raise WrongUsage(f"{self.name}={value} is outside {self.range}", where=module)
        return raw

    @property
    def range(self) -> str:
        """Describe the allowed values as text."""
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
            raise WrongUsage(f"{self.name}={value} is not one of {self.range}", where=module)
        return number


@dataclass(frozen=True, kw_only=True)
class ModuleLayout:
    """Parameter struct of one module, as described by its installed plugin."""

    name: str
    version: int
    """Version of the struct (`modversion` in XMP)."""
    size: int
    fields: tuple[Field, ...]
    initial: bytes | None = None
    """Struct with the defaults that darktable sets for an image, if read; curves then have their end points."""

    @cached_property
    def sliders(self) -> Mapping[str, Field]:
        """All scalar values by name; items of arrays and structs as `curve[0][1].x`. Text has no slider."""
        return {leaf.name: leaf for field_ in self.fields for leaf in _leaves(field_, field_.name, 0)}

    @cached_property
    def defaults(self) -> bytes:
        """Bytes of the struct with every slider at its default: `initial` if present, else the compiled defaults."""
        if self.initial is not None:
            return self.initial
        raw = bytearray(self.size)
        for slider in self.sliders.values():
            struct.pack_into("<" + FORMATS[slider.type], raw, slider.offset, slider.default)
        return bytes(raw)

    def pack(self, values: Mapping[str, float | str], params: bytes | None = None) -> bytes:
        """Encode the struct with `values` by slider name and all others as in `params`, or at their default.

        Raises:
            WrongUsage: an unknown slider, or a value darktable does not allow.
        """
        raw = bytearray(self.defaults if params is None else params)
        for name, value in values.items():
            if name not in self.sliders:
                raise WrongUsage(f"no slider '{name}'; {did_you_mean(name, self.sliders)}", where=self.name)
            slider = self.sliders[name]
            raw[slider.offset : slider.offset + slider.size] = slider.encode(value, self.name)
        return bytes(raw)

    def unpack(self, raw: bytes) -> dict[str, float]:
        """Decode `raw`, the bytes of the struct, to values by slider name.

        Raises:
            WrongUsage: the size of `raw` differs from the struct's size.
        """
        if len(raw) != self.size:
            raise WrongUsage(
                f"parameters have {len(raw)} bytes, but version {self.version} has {self.size}", where=self.name
            )
        return {
            name: struct.unpack_from("<" + FORMATS[slider.type], raw, slider.offset)[0]
            for name, slider in self.sliders.items()
        }


def _leaves(field_: Field, name: str, shift: int) -> Iterator[Field]:
    if field_.item is not None:
        for i in range(field_.count):
            yield from _leaves(field_.item, f"{name}[{i}]", shift + i * field_.item.size)
    for part in field_.fields:
        yield from _leaves(part, f"{name}.{part.name}", shift)
    if field_.type in FORMATS:
        yield replace(field_, name=name, offset=field_.offset + shift)


def _stored(slider: Field, limit: float | None) -> float | None:
    if limit is None or slider.type != "float":
        return limit
    return float(struct.unpack("<f", struct.pack("<f", limit))[0])
