"""Parameters and order of all modules of an installed darktable, read from its library once and cached."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from dtbase.system import files
from dtbase.system.errors import Failure
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import Field, ModuleLayout
from dtproxies.darktable.worker.command import worker_command

CACHE_FORMAT = 1
"""Version of the cache format; increase it when the format changes."""


def layouts(darktable: Darktable, *, cache: Path | None = None) -> Mapping[str, ModuleLayout]:
    """Read the parameter layouts of all modules with sliders, by name.

    Args:
        darktable: as `find` returns it.
        cache: directory of the cache; by default `dtproxies` in the user's cache directory.

    Raises:
        Failure: the plugins cannot be read.
    """
    return {name: _layout(name, raw) for name, raw in _cached(darktable, "layouts", cache).items()}


def orders(darktable: Darktable, *, cache: Path | None = None) -> Mapping[int, Sequence[str]]:
    """Read the orders in which darktable applies its modules, by `iop_order_version` of a sidecar.

    Raises:
        Failure: the library cannot be read.
    """
    return {int(version): names for version, names in _cached(darktable, "orders", cache).items()}


def names(darktable: Darktable, *, cache: Path | None = None) -> Mapping[str, str]:
    """Read the names that darktable shows for its modules, by operation, in English.

    Raises:
        Failure: the plugins cannot be read.
    """
    return _cached(darktable, "names", cache)


def _cached(darktable: Darktable, task: str, cache: Path | None) -> dict[str, Any]:
    """Return the worker's output for a task, from the cache if possible."""
    cached = (cache or _user_cache()) / f"{task}-{_key(darktable)}.json"
    content = _read_cache(cached)
    if content is None:
        content = _run_worker(darktable, task)
        # Without a writable cache, each start takes a second longer.
        with suppress(OSError):
            files.write_json(cached, content)
    return content


def _run_worker(darktable: Darktable, task: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="dtproxies-") as home:
        done = subprocess.run(
            worker_command(darktable.python, task, str(darktable.library)),
            capture_output=True,
            text=True,
            check=False,
            env=darktable.environment_for(Path(home)),
        )
    try:
        read: dict[str, Any] = json.loads(done.stdout)
    except ValueError as exc:
        last = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        raise Failure(f"its {task} of modules cannot be read: {last}", where=str(darktable.library)) from exc
    return read


def _read_cache(path: Path) -> dict[str, Any] | None:
    try:
        read = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return read if isinstance(read, dict) else None


def _key(darktable: Darktable) -> str:
    plugins = darktable.library / "plugins"
    try:
        changed = plugins.stat().st_mtime_ns
    except OSError as exc:
        raise Failure("this darktable has no plugins", where=str(plugins)) from exc
    text = f"{CACHE_FORMAT} {darktable.version} {plugins} {changed}"
    return f"{darktable.version}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dtproxies"


def _layout(name: str, raw: Mapping[str, Any]) -> ModuleLayout:
    fields = tuple(_field(entry) for entry in raw["fields"])
    return ModuleLayout(name=name, version=raw["version"], size=raw["size"], fields=fields)


def _field(raw: Mapping[str, Any]) -> Field:
    return Field(
        name=raw["name"],
        type=raw["type"],
        offset=raw["offset"],
        size=raw["size"],
        min=raw.get("min"),
        max=raw.get("max"),
        default=raw.get("default") or 0,
        choices=dict(sorted(raw.get("choices", {}).items(), key=lambda choice: int(choice[1]))),
        description=raw["description"],
        count=raw.get("count", 0),
        item=_field(raw["item"]) if "item" in raw else None,
        fields=tuple(_field(entry) for entry in raw.get("fields", ())),
    )
