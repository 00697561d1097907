"""Parameters and order of all modules of an installed darktable, read from its files once and kept."""

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
"""Raised when what is kept changes its form."""


def layouts(darktable: Darktable, *, cache: Path | None = None) -> Mapping[str, ModuleLayout]:
    """Layouts of all modules that have sliders, by name.

    Args:
        darktable: as `find` returns it.
        cache: directory where they are kept; by default `dtproxies` in the user's cache directory.

    Raises:
        Failure: the plugins cannot be read.
    """
    return {name: _layout(name, raw) for name, raw in _asked(darktable, "layouts", cache).items()}


def orders(darktable: Darktable, *, cache: Path | None = None) -> Mapping[int, Sequence[str]]:
    """Names of all modules in the order in which darktable applies them, by `iop_order_version` of a sidecar.

    Raises:
        Failure: the library cannot be read.
    """
    return {int(version): names for version, names in _asked(darktable, "orders", cache).items()}


def _asked(darktable: Darktable, task: str, cache: Path | None) -> dict[str, Any]:
    """What the worker prints for a task, asked once and kept."""
    kept = (cache or _user_cache()) / f"{task}-{_key(darktable)}.json"
    read = _kept(kept)
    if read is None:
        read = _read(darktable, task)
        # A home that cannot be written to costs a second at each start, and nothing else.
        with suppress(OSError):
            files.write_json(kept, read)
    return read


def _read(darktable: Darktable, task: str) -> dict[str, Any]:
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
        last = (done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"])[-1]
        raise Failure(f"its {task} of modules cannot be read: {last}", where=str(darktable.library)) from exc
    return read


def _kept(path: Path) -> dict[str, Any] | None:
    try:
        read = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return read if isinstance(read, dict) else None


def _key(darktable: Darktable) -> str:
    plugins = darktable.library / "plugins"
    try:
        changed = plugins.stat().st_mtime_ns
    except OSError as failed:
        raise Failure("this darktable has no plugins", where=str(plugins)) from failed
    text = f"{CACHE_FORMAT} {darktable.version} {plugins} {changed}"
    return f"{darktable.version}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dtproxies"


def _layout(name: str, raw: Mapping[str, Any]) -> ModuleLayout:
    fields = tuple(_field(member) for member in raw["fields"])
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
        fields=tuple(_field(member) for member in raw.get("fields", ())),
    )
