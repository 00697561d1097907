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

REASON = "why"
"""Key for the reason why a module could not be measured."""


def read_survey(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return the measured properties by module; empty if there is no such file.

    Raises:
        Failure: the file is not a survey file.
    """
    if not path.exists():
        return {}
    try:
        measured: dict[str, Mapping[str, Any]] = json.loads(path.read_text())["modules"]
    except (ValueError, KeyError) as exc:
        raise Failure("is not a survey file", where=str(path), fix="remove it, then run --measure") from exc
    return measured


def survey(console: Console, darktable: Darktable, path: Path, only: str | None = None) -> None:
    """Measure all modules that are not in `path`, or only the module `only`; write the file after each.

    An interrupted survey resumes. Results of another darktable version are measured again.

    Raises:
        WrongUsage: darktable has no such module.
    """
    names = sorted(introspection.layouts(darktable)) if only is None else [only]
    measured = dict(_of_this_version(path, darktable))
    missing = [name for name in names if only or name not in measured]
    with console.progress(f"measuring {len(missing)} modules", len(missing)) as advance:
        for name in missing:
            measured[name] = _measured(darktable, name)
            write_json(path, {"darktable": darktable.version, "modules": measured})
            advance(1)


def _of_this_version(path: Path, darktable: Darktable) -> Mapping[str, Mapping[str, Any]]:
    measured = read_survey(path)
    return measured if measured and json.loads(path.read_text())["darktable"] == darktable.version else {}


def _measured(darktable: Darktable, name: str) -> dict[str, Any]:
    try:
        return asdict(measure(darktable, name))
    except Failure as exc:
        return {REASON: exc.what}
