"""Tables of darktable's modules and their sliders, with what is known of those that have a proxy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dtbase.console import Console
from dtbase.discovery import member, member_names
from dtbase.files import json_text
from dtproxies import modules as proxied
from dtproxies.darktable import introspection
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import Field, ModuleLayout
from dtproxies.darktable.xmp import layout_of
from dtproxies.modules import Module, Slider


def report(console: Console, darktable: Darktable, name: str | None, *, as_json: bool = False) -> None:
    """Print all modules, or the sliders of the one called `name`.

    Raises:
        WrongUsage: there is no such module; the nearest names are offered.
    """
    layouts = introspection.layouts(darktable)
    if name is None:
        rows = [_module(layouts[one], _proxied(one)) for one in sorted(layouts)]
    else:
        layout, module = layout_of(name, layouts), _proxied(name)
        sliders = {slider.name: slider for slider in module.sliders} if module else {}
        rows = [_slider(field, sliders.get(field.name)) for field in layout.sliders.values()]
        if not as_json:
            console.say(_title(layout, module))
    if as_json:
        console.say(json_text(rows).rstrip())
    elif rows:
        console.table(list(rows[0]), [[_text(value) for value in row.values()] for row in rows])


def _proxied(name: str) -> Module | None:
    if name not in member_names(proxied):
        return None
    known: Module = member(proxied, name).MODULE
    return known


def _title(layout: ModuleLayout, module: Module | None) -> str:
    title = f"{layout.name}, version {layout.version}, {layout.size} bytes"
    if module is None:
        return f"{title}; no proxy"
    other = f"; MADE FOR VERSION {module.version}" if module.version != layout.version else ""
    return f"{title}; proxy: {module.kind}, {module.space}, reach {module.reach} pixels{other}"


def _module(layout: ModuleLayout, module: Module | None) -> dict[str, Any]:
    return {
        "module": layout.name,
        "version": layout.version,
        "sliders": len(layout.sliders),
        "kind": module.kind if module else "",
        "space": module.space if module else "",
        "reach": module.reach if module else "",
        "proxied": len(module.sliders) if module else "",
    }


def _slider(field: Field, known: Slider | None) -> dict[str, Any]:
    return {
        "slider": field.name,
        "type": field.type,
        "default": field.default,
        "range": field.range,
        "useful": f"{known.low:g} to {known.high:g}" if known else "",
        "unit": known.unit if known else "",
        "description": field.description,
    }


def _text(value: float | str | Mapping[str, int]) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
