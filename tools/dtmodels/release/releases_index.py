"""`releases-index.json`: the release that each darktable version downloads from; and the known versions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.files import write_json
from dtbase.system.suggestions import did_you_mean
from dtmodels.card import schemas
from dtmodels.card.schemas import check_json

INDEX_FILE = "releases-index.json"
VERSIONS_FILE = "darktable-versions-v1.json"
_EXACT = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class DarktableVersion:
    """A darktable version that downloads models; `darktable-versions-v1.schema.json` documents the fields."""

    version: str
    kind: Literal["release", "development"]
    date: str
    source: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numeric parts of the version, for sorting."""
        return tuple(int(part) for part in self.version.split("."))


def known_versions() -> tuple[DarktableVersion, ...]:
    """Return all known darktable versions, in ascending order."""
    rows = json.loads((schemas.schema_directory() / VERSIONS_FILE).read_bytes())["versions"]
    return tuple(DarktableVersion(**row) for row in rows)


def newest_darktable(kind: Literal["release", "development"]) -> DarktableVersion:
    """Return the highest known version of a kind."""
    return max((item for item in known_versions() if item.kind == kind), key=lambda item: item.numbers)


def read_index(path: Path) -> dict[str, str]:
    """Return the release tag of each darktable version; empty when there is no index yet.

    Raises:
        Failure: the index cannot be read, or breaks its schema.
    """
    if not path.is_file():
        return {}
    try:
        content: Any = json.loads(path.read_bytes())
    except ValueError as exc:
        raise Failure(f"not JSON: {exc}", where=path.name, fix="restore it from git") from exc
    check_json("releases-index-v1", content, where=path.name)
    tags: dict[str, str] = content["compatible_releases"]
    return tags


def versions_without_entry(index: Mapping[str, str]) -> list[DarktableVersion]:
    """Return known versions without an entry; none for an empty index, because nothing was released yet."""
    return [item for item in known_versions() if index and item.version not in index]


def add_to_index(root: Path, entries: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Add darktable versions to the index: each downloads the release with its tag.

    Args:
        root: the model repository.
        entries: pairs of a version and a tag. `5.6.1` is one version, known or not; `5.6` means every known 5.6.x.

    Returns:
        The added tags by exact version.

    Raises:
        WrongUsage: a text is not a version, or no version of a series is known.
        Failure: the existing or the new index breaks its schema.
    """
    added = {version: tag for series, tag in entries for version in _versions(series)}
    path = root / INDEX_FILE
    content = {"schema": 1, "compatible_releases": {**read_index(path), **added}}
    check_json("releases-index-v1", content, where=INDEX_FILE)
    write_json(path, content)
    return added


def _versions(series: str) -> list[str]:
    if _EXACT.fullmatch(series):
        return [series]
    known = [item.version for item in known_versions()]
    if not re.fullmatch(r"[0-9]+\.[0-9]+", series):
        raise WrongUsage(f"'{series}' is not a darktable version", fix="write three numbers, for example 5.6.1")
    if not (versions := [version for version in known if version.startswith(f"{series}.")]):
        raise WrongUsage(
            f"no darktable {series}.x is known", fix=f"{did_you_mean(series, known)} Or write the exact version"
        )
    return versions
