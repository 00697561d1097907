"""Layouts file: what a program without darktable needs to read and write edits of the proxied modules.

`docs/layouts.json` holds darktable's module orders, the version and shown name of every module, and of each proxied
module the fields of its parameter struct, little-endian. `base` is the struct with which a proxy was compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dtbase.system.discovery import load_plugin, plugin_names
from dtbase.system.files import write_json
from dtproxies import modules
from dtproxies.darktable import introspection
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import Field, ModuleLayout
from dtproxies.vocabulary.module import Module


def write_layouts(darktable: Darktable, path: Path) -> None:
    """Write the layouts file."""
    write_json(path, layouts_values(darktable))


def layouts_values(darktable: Darktable) -> dict[str, Any]:
    """Return the content of the layouts file.

    Raises:
        Failure: darktable's plugins cannot be read.
    """
    layouts, names = introspection.layouts(darktable), introspection.names(darktable)
    proxied = {name: load_plugin(modules, name).MODULE for name in sorted(plugin_names(modules))}
    return {
        "darktable": darktable.version,
        "orders": {str(version): list(order) for version, order in introspection.orders(darktable).items()},
        "versions": {name: layout.version for name, layout in sorted(layouts.items())},
        "names": dict(sorted(names.items())),
        "modules": {name: _module(layouts[name], module) for name, module in proxied.items() if name in layouts},
    }


def _module(layout: ModuleLayout, module: Module) -> dict[str, Any]:
    defaults = {slider.name: slider.default for slider in module.sliders}
    return {
        "version": layout.version,
        "size": layout.size,
        "base": layout.pack(module.parameters(defaults)).hex(),
        "fields": {name: _field(field) for name, field in layout.sliders.items()},
    }


def _field(field: Field) -> dict[str, Any]:
    values: Mapping[str, Any] = {
        "type": field.type,
        "offset": field.offset,
        "min": field.min,
        "max": field.max,
        "label": field.description,
    }
    return {key: value for key, value in values.items() if value not in (None, "")}
