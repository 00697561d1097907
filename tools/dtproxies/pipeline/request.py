"""Request for a pipeline, read before darktable is opened: from a YAML file, an edit, or a module's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dtbase.system.discovery import plugin_names
from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtproxies import modules
from dtproxies.darktable.edit import Edit, Entry
from dtproxies.darktable.edit_reader import SUFFIXES, read_edit
from dtproxies.darktable.module_order import SCENE

ALL = "all"
"""Value of `free` that makes all sliders free."""
KEYS = {"sliders", "free", "enabled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleRequest:
    """Requested module: its sliders by name, or its parameters as stored in an edit."""

    module: str
    sliders: Mapping[str, float | str] = field(default_factory=dict)
    """Sliders that differ from their defaults; choices by name or number."""
    free: tuple[str, ...] | None = None
    """Sliders that a search may change; None for all."""
    params: bytes | None = None
    """Parameter struct; empty if darktable chooses the parameters for the image."""
    version: int | None = None
    """Version of the parameters."""
    obstacle: str = ""
    """Reason why no proxy can replace it with any parameters; empty if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Enabled modules, in no particular order, and the module order that darktable uses."""

    modules: Sequence[ModuleRequest]
    order_version: int = SCENE
    order_text: str = ""


def read_request(text: str) -> Request:
    """Read a request from a `.yaml`, `.yml`, `.xmp` or `.dtstyle` file, or from the name of a module.

    Raises:
        WrongUsage: the text is neither a module with a proxy nor a file.
        Failure: the file cannot be read.
    """
    path = Path(text)
    if path.suffix.lower() in SUFFIXES:
        return _from_edit(read_edit(path))
    if path.suffix.lower() in (".yaml", ".yml"):
        return read_yaml(path)
    if text not in (known := plugin_names(modules)):
        fix = f"{did_you_mean(text, known)} Or pass a .yaml, .xmp or .dtstyle file"
        raise WrongUsage(f"no module named '{text}' has a proxy", fix=fix)
    return Request(modules=[ModuleRequest(module=text)])


def read_yaml(path: Path) -> Request:
    """Read `modules`, a map from names of modules to `sliders`, `free` and `enabled`, and `order`, a version.

    Raises:
        Failure: the file has another structure.
    """
    try:
        document = yaml.safe_load(path.read_text())
    except FileNotFoundError as exc:
        raise Failure("there is no such file", where=str(path)) from exc
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        raise Failure(f"is not YAML: {exc}", where=str(path)) from exc
    content = _map(document, {"modules", "order"}, str(path))
    listed = _map(content.get("modules"), None, f"{path}: modules")
    order = content.get("order", SCENE)
    if not isinstance(order, int) or isinstance(order, bool):
        raise Failure(f"order must be a number, not {order!r}", where=str(path), fix=f"write order: {SCENE}")
    requested = [_from_yaml(name, entry, f"{path}: {name}") for name, entry in listed.items()]
    return Request(modules=[one for one in requested if one is not None], order_version=order)


def _from_yaml(name: str, entry: Any, where: str) -> ModuleRequest | None:
    content = _map(entry or {}, KEYS, where)
    sliders = _map(content.get("sliders") or {}, None, f"{where}: sliders")
    for slider, value in sliders.items():
        if not isinstance(value, int | float | str):
            raise Failure(f"{slider} must be a number or the name of a choice, not {value!r}", where=where)
    free = content.get("free", [])
    if free != ALL and not (isinstance(free, list) and all(isinstance(one, str) for one in free)):
        raise Failure(f"free must be a list of sliders or '{ALL}', not {free!r}", where=where)
    if not isinstance(content.get("enabled", True), bool):
        raise Failure(f"enabled must be true or false, not {content['enabled']!r}", where=where)
    if not content.get("enabled", True):
        return None
    return ModuleRequest(module=name, sliders=sliders, free=None if free == ALL else tuple(free))


def _map(value: Any, keys: set[str] | None, where: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise Failure(f"expected a mapping by name, found {value!r}", where=where, fix="see docs/proxies.md")
    for key in value:
        if keys is not None and key not in keys:
            raise Failure(f"no key '{key}'; {did_you_mean(key, keys)}", where=where)
    return value


def _from_edit(edit: Edit) -> Request:
    enabled = [one for one in edit.entries if one.enabled]
    instances = Counter(one.module for one in enabled)
    requested = {one.module: _from_entry(one, instances[one.module]) for one in enabled}
    return Request(modules=tuple(requested.values()), order_version=edit.order_version, order_text=edit.order_text)


def _from_entry(entry: Entry, instances: int) -> ModuleRequest:
    obstacle = ""
    if instances > 1:
        obstacle = f"the edit has {instances} instances of it"
    elif entry.blended:
        obstacle = "it is blended, by opacity, a blend mode or a mask"
    return ModuleRequest(module=entry.module, params=entry.params, version=entry.version, obstacle=obstacle)
