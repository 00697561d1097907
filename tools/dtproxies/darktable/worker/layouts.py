"""Read the parameter layouts of all modules from the installed plugins.

darktable compiles the layout of each parameter struct into the module's plugin and returns it from
`get_introspection()` (structs of `src/common/introspection.h` in darktable 5.4).
"""

from __future__ import annotations

import ctypes as c
import os
from pathlib import Path
from typing import Any

import numpy as np

TYPES = (
    *("none", "opaque", "float", "double", "floatcomplex", "char", "int8", "uint8", "short", "ushort"),
    *("int", "uint", "long", "ulong", "bool", "array", "enum", "struct", "union"),
)
"""`dt_introspection_type_t` in order of value."""


class _Header(c.Structure):
    _fields_ = (
        ("type", c.c_int),
        ("type_name", c.c_char_p),
        ("name", c.c_char_p),
        ("field_name", c.c_char_p),
        ("description", c.c_char_p),
        ("size", c.c_size_t),
        ("offset", c.c_size_t),
        ("so", c.c_void_p),
    )


def _numeric(kind: Any) -> type[c.Structure]:
    struct_fields = (("header", _Header), ("min", kind), ("max", kind), ("default", kind))
    return type("_Numeric", (c.Structure,), {"_fields_": struct_fields})


NUMERIC = {
    "float": _numeric(c.c_float),
    "int": _numeric(c.c_int),
    "uint": _numeric(c.c_uint),
    "short": _numeric(c.c_short),
    "ushort": _numeric(c.c_ushort),
    "int8": _numeric(c.c_int8),
    "uint8": _numeric(c.c_uint8),
}


class _Bool(c.Structure):
    _fields_ = (("header", _Header), ("default", c.c_int))


class _Choice(c.Structure):
    _fields_ = (("name", c.c_char_p), ("value", c.c_int), ("description", c.c_char_p))


class _Enum(c.Structure):
    _fields_ = (("header", _Header), ("count", c.c_size_t), ("choices", c.POINTER(_Choice)), ("default", c.c_int))


class _Array(c.Structure):
    _fields_ = (("header", _Header), ("count", c.c_size_t), ("type", c.c_int), ("item", c.c_void_p))


class _Struct(c.Structure):
    _fields_ = (("header", _Header), ("count", c.c_size_t), ("members", c.POINTER(c.c_void_p)))


class _Top(c.Structure):
    _fields_ = (
        ("api", c.c_int),
        ("version", c.c_int),
        ("type_name", c.c_char_p),
        ("size", c.c_size_t),
        ("field", c.c_void_p),
        ("self_size", c.c_size_t),
        ("default_params", c.c_size_t),
    )


def read_layouts(library: Path) -> dict[str, Any]:
    """Read the layouts of all modules below `library`, by name, as plain JSON values.

    Modules without parameters, or whose parameters are paths drawn on the image, have no sliders and are omitted.
    """
    c.CDLL(str(library / "libdarktable.so"), mode=c.RTLD_GLOBAL)
    layouts = {}
    for plugin in sorted((library / "plugins").glob("lib*.so")):
        layout = _module(c.CDLL(str(plugin), mode=os.RTLD_LAZY | c.RTLD_LOCAL))
        if layout is not None:
            layouts[plugin.name.removeprefix("lib").removesuffix(".so")] = layout
    return layouts


def params_size(plugin: c.CDLL) -> int | None:
    """Return the size of a module's parameter struct in bytes; None without a struct."""
    if not hasattr(plugin, "get_introspection"):
        return None
    plugin.get_introspection.restype = c.c_void_p
    address = plugin.get_introspection()
    return int(_Top.from_address(address).size) if address else None


def _module(plugin: c.CDLL) -> dict[str, Any] | None:
    if not hasattr(plugin, "get_introspection") or not hasattr(plugin, "dt_module_mod_version"):
        return None
    if hasattr(plugin, "introspection_init"):
        # Links the enum names; of its first argument, a module record, only back pointers are stored.
        plugin.introspection_init.argtypes = [c.c_void_p, c.c_int]
        plugin.introspection_init(c.addressof(_SCRATCH), 8)
    plugin.get_introspection.restype = c.c_void_p
    address = plugin.get_introspection()
    if not address:
        return None
    top = _Top.from_address(address)
    if not top.field or not _all_readable(top.field):
        return None
    fields = _field(top.field).get("fields")
    return {"version": plugin.dt_module_mod_version(), "size": top.size, "fields": fields} if fields else None


_SCRATCH = c.create_string_buffer(1 << 16)


def _field(address: int) -> dict[str, Any]:
    header = _Header.from_address(address)
    kind = TYPES[header.type]
    field: dict[str, Any] = {
        "name": _text(header.field_name),
        "type": kind,
        "offset": header.offset,
        "size": header.size,
        "description": _text(header.description),
    }
    if kind in NUMERIC:
        numeric: Any = NUMERIC[kind].from_address(address)
        field |= {key: _number(getattr(numeric, key)) for key in ("min", "max", "default")}
    elif kind == "bool":
        field["default"] = _Bool.from_address(address).default
    elif kind == "enum":
        choices = _Enum.from_address(address)
        entries = (choices.choices[i] for i in range(choices.count)) if choices.choices else ()
        field |= {"default": choices.default, "choices": {_text(one.name): one.value for one in entries}}
    elif kind == "array":
        array = _Array.from_address(address)
        field |= {"count": array.count, "item": _field(array.item)}
    elif kind == "struct":
        struct = _Struct.from_address(address)
        field["fields"] = [_field(struct.members[i]) for i in range(struct.count)]
    return field


def _all_readable(address: int) -> bool:
    """Check the types before reading further: records of paths (complex numbers) and unions are incomplete."""
    kind = TYPES[_Header.from_address(address).type]
    if kind == "array":
        return _all_readable(_Array.from_address(address).item)
    if kind == "struct":
        struct = _Struct.from_address(address)
        return all(_all_readable(struct.members[i]) for i in range(struct.count))
    return kind in NUMERIC or kind in ("bool", "enum", "char")


def _number(value: float) -> float | None:
    """Convert a limit or default to its decimal form in darktable's source; None for no limit."""
    if isinstance(value, int):
        return value
    largest = float(np.finfo(np.float32).max)
    return float(str(np.float32(value))) if -largest < value < largest else None


def _text(raw: bytes | None) -> str:
    return raw.decode() if raw else ""
