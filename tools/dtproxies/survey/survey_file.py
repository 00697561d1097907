"""Survey file: measured properties of all modules, written by `dtproxies modules --measure`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure
from dtbase.system.files import write_json
from dtbase.terminal.console import Console
from dtproxies.darktable import introspection
from dtproxies.darktable.find import Darktable
from dtproxies.survey.measure import measure

ALONE = "why"
"""Key of a module that could not be measured: the reason."""


def read_survey(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return the measured properties by module; empty if there is no such file.

    Raises:
        Failure: the file is broken.
    """
    if not path.exists():
        return {}
    try:
        found: dict[str, Mapping[str, Any]] = json.loads(path.read_text())["modules"]
    except (ValueError, KeyError) as exc:
        raise Failure("is not a survey file", where=str(path), fix="write it: --measure") from exc
    return found


def survey(console: Console, darktable: Darktable, path: Path, only: str | None = None) -> None:
    """Measure all modules that are not in `path`, or `only` again; write the file after each.

    An interrupted survey goes on where it stopped. What another version of darktable showed is measured again.

    Raises:
        WrongUsage: no such module.
    """
    names = sorted(introspection.layouts(darktable)) if only is None else [only]
    found = dict(_of_this_version(path, darktable))
    wanted = [name for name in names if only or name not in found]
    with console.progress(f"measuring {len(wanted)} modules", len(wanted)) as advance:
        for name in wanted:
            found[name] = _measured(darktable, name)
            write_json(path, {"darktable": darktable.version, "modules": found})
            advance(1)


def _of_this_version(path: Path, darktable: Darktable) -> Mapping[str, Mapping[str, Any]]:
    found = read_survey(path)
    return found if found and json.loads(path.read_text())["darktable"] == darktable.version else {}


def _measured(darktable: Darktable, name: str) -> dict[str, Any]:
    try:
        return asdict(measure(darktable, name))
    except Failure as failed:
        return {ALONE: failed.what}
