"""index: `versions.json` and `SHA256SUMS`, which list the contents of a release."""

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
    """Write `versions.json` and `SHA256SUMS` of a release directory, read from its packages.

    Raises:
        Failure: a package cannot be read, or the lists would break their schema.
    """
    versions = {"schema": 1, "models": dict(_version(package) for package in sorted(directory.glob("*.dtmodel")))}
    check_json("versions-v1", versions, where="versions.json")
    write_json(directory / "versions.json", versions)
    write_text(directory / SUMS, sha256_sums(path for path in directory.iterdir() if path.name != SUMS))


def asset_name(model_id: str, file: str) -> str:
    """The asset name of one file of a package; the id makes it unique."""
    return f"{model_id}-{file}"


def sha256_sums(files: Iterable[Path]) -> str:
    """The text of `SHA256SUMS`, sorted by name, in the format of `sha256sum -c`."""
    return "".join(f"{sha256(path)}  {path.name}\n" for path in sorted(files))


def _version(package: Path) -> tuple[str, dict[str, Any]]:
    """The entry of one package, by id. darktable reads version and digest; its newer dialogs show the other fields."""
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
