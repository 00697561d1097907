"""index: the files that list what is in a release: `versions.json` and `SHA256SUMS`."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dtbase.system.files import sha256, write_json, write_text
from dtmodels.card.schemas import check_json

SUMS = "SHA256SUMS"


def index(directory: Path) -> None:
    """Write `versions.json` and `SHA256SUMS` of a release directory, computed from the packages themselves.

    Raises:
        Failure: a package cannot be read, or what would be written breaks its schema.
    """
    versions = {"schema": 1, "models": dict(_version(package) for package in sorted(directory.glob("*.dtmodel")))}
    check_json("versions-v1", versions, where="versions.json")
    write_json(directory / "versions.json", versions)
    write_text(directory / SUMS, sums(path for path in directory.iterdir() if path.name != SUMS))


def asset_name(model_id: str, file: str) -> str:
    """What a file of a package is called as an asset of its own: the id keeps names apart."""
    return f"{model_id}-{file}"


def sums(files: Iterable[Path]) -> str:
    """The text of `SHA256SUMS`, as coreutils' `sha256sum -c` reads it, sorted by name."""
    return "".join(f"{sha256(path)}  {path.name}\n" for path in sorted(files))


def _version(package: Path) -> tuple[str, dict[str, Any]]:
    """What darktable looks for about one package: version and digest, and what its newer dialogs show."""
    with zipfile.ZipFile(package) as archive:
        top = archive.namelist()[0].split("/")[0]
        config = json.loads(archive.read(f"{top}/config.json"))
    return config["id"], {
        "version": config["version"],
        "sha256": f"sha256:{sha256(package)}",
        "name": config["name"],
        "description": config["description"],
        "task": config["task"],
        "license": config["model_card"]["license"],
        "size": package.stat().st_size,
    }
