"""Tables of darktable's modules and sliders, with survey results and proxy coverage; printed by `dtproxies modules`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dtbase.system.discovery import load_plugin, plugin_names
from dtbase.system.files import json_text
from dtbase.terminal.console import Console
from dtproxies import modules
from dtproxies.darktable import introspection
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import Field, ModuleLayout
from dtproxies.darktable.sidecar_writer import layout_of
from dtproxies.vocabulary.module import Module, Slider

Survey = Mapping[str, Mapping[str, Any]]
"""Results from `dtproxies.survey.survey_file`, by module."""


def print_modules(
    console: Console, darktable: Darktable, name: str | None, survey: Survey, *, as_json: bool = False
) -> None:
    """Print all modules, or the sliders of the module `name`.

    Raises:
        WrongUsage: there is no such module; the message suggests similar names.
    """
    layouts = introspection.layouts(darktable)
    if name is None:
        names = {
            file.name.removeprefix("lib").removesuffix(".so") for file in darktable.library.glob("plugins/lib*.so")
        }
        rows = [_module(one, layouts.get(one), _proxied(one), survey.get(one, {})) for one in sorted(names)]
    else:
        layout, module, measured = layout_of(name, layouts), _proxied(name), survey.get(name, {})
        rows = [_slider(field, module, measured) for field in layout.sliders.values()]
        if not as_json:
            console.say(_title(layout, module, measured))
    if as_json:
        console.say(json_text(rows).rstrip())
    elif rows:
        console.table(list(rows[0]), [[_text(value) for value in row.values()] for row in rows])


def _proxied(name: str) -> Module | None:
    if name not in plugin_names(modules):
        return None
    known: Module = load_plugin(modules, name).MODULE
    return known


def _title(layout: ModuleLayout, module: Module | None, measured: Mapping[str, Any]) -> str:
    lines = [f"{layout.name}, version {layout.version}, {layout.size} bytes"]
    if "kind" in measured:
        spaces = f"{measured['input']} to {measured['output']}"
        radius = _receptive_field(measured["reach"])
        lines.append(f"measured: {measured['kind']}, {spaces}, receptive field {radius}")
    elif measured:
        lines.append(f"not measured: {measured['why']}")
    if module:
        mismatch = f"; TRAINED FOR VERSION {module.version}" if module.version != layout.version else ""
        spaces = f"{module.space} to {module.result_space}"
        radius = _receptive_field(module.receptive_field)
        lines.append(f"proxy: {module.kind}, {spaces}, receptive field {radius}{mismatch}")
        lines += [f"fixed in the proxy: {name} at {value}" for name, value in module.fixed.items()]
    else:
        lines.append("no proxy")
    return "\n".join(lines)


def _receptive_field(pixels: int | None) -> str:
    return "the whole image" if pixels is None else f"{pixels} pixels"


def _module(
    name: str, layout: ModuleLayout | None, module: Module | None, measured: Mapping[str, Any]
) -> dict[str, Any]:
    """Build a row of the table; a module without a layout has no parameters, or only shapes and buffers."""
    surveyed = "kind" in measured
    return {
        "module": name,
        "version": layout.version if layout else "",
        "sliders": len(layout.sliders) if layout else "",
        "act": len(measured["acts"]) if surveyed else "",
        "input": measured.get("input", ""),
        "output": measured.get("output", ""),
        "kind": measured.get("kind", ""),
        "reach": ("all" if measured["reach"] is None else measured["reach"]) if surveyed else "",
        "proxied": len(module.sliders) if module else "",
        "remark": measured.get("why", "") if layout else "no sliders",
    }


def _slider(field: Field, module: Module | None, measured: Mapping[str, Any]) -> dict[str, Any]:
    known = next((one for one in module.sliders if one.name == field.name), None) if module else None
    return {
        "slider": field.name,
        "type": field.type,
        "default": field.default,
        "range": field.range,
        "acts": ("yes" if field.name in measured["acts"] else "no") if "acts" in measured else "",
        "useful": _useful(known),
        "unit": known.unit if known else "",
        "description": field.description,
    }


def _useful(known: Slider | None) -> str:
    if known is None:
        return ""
    if known.choices:
        return ", ".join(name for name, _ in known.choices)
    scale = "" if known.scale == "linear" else f", {known.scale}"
    return f"{known.low:g} to {known.high:g}{scale}"


def _text(value: float | str | Mapping[str, int]) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
