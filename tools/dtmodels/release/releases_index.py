"""`releases-index.json`: which release each darktable downloads from, and which versions of darktable there are."""

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
    """A darktable that downloads models; fields documented in `darktable-versions-v1.schema.json`."""

    version: str
    kind: Literal["release", "development"]
    date: str
    source: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """Sorts as darktable counts."""
        return tuple(int(part) for part in self.version.split("."))


def known_versions() -> tuple[DarktableVersion, ...]:
    """Every version that is known, lowest first."""
    rows = json.loads((schemas.schema_directory() / VERSIONS_FILE).read_bytes())["versions"]
    return tuple(DarktableVersion(**row) for row in rows)


def newest_darktable(kind: Literal["release", "development"]) -> DarktableVersion:
    """The highest known version of a kind."""
    return max((one for one in known_versions() if one.kind == kind), key=lambda one: one.numbers)


def read_index(path: Path) -> dict[str, str]:
    """The tag each darktable downloads from, by its version; empty when there is no index yet.

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
    found: dict[str, str] = content["compatible_releases"]
    return found


def versions_without_entry(index: Mapping[str, str]) -> list[DarktableVersion]:
    """Known versions without an entry. An empty index belongs to a repository without a release: it owes nobody one."""
    return [one for one in known_versions() if index and one.version not in index]


def add_to_index(root: Path, wanted: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Enter darktable versions into the index: each will download the release with its tag.

    Args:
        root: the model repository.
        wanted: pairs of a version and a tag. `5.6.1` is one version, known or not; `5.6` stands for every known 5.6.x.

    Returns:
        What was entered: the tag of each exact version.

    Raises:
        WrongUsage: not a version, or none of a series is known.
        Failure: the index that is there, or what would be written, breaks its schema.
    """
    entered = {version: tag for series, tag in wanted for version in _versions(series)}
    path = root / INDEX_FILE
    content = {"schema": 1, "compatible_releases": {**read_index(path), **entered}}
    check_json("releases-index-v1", content, where=INDEX_FILE)
    write_json(path, content)
    return entered


def _versions(series: str) -> list[str]:
    if _EXACT.fullmatch(series):
        return [series]
    known = [one.version for one in known_versions()]
    if not re.fullmatch(r"[0-9]+\.[0-9]+", series):
        raise WrongUsage(f"'{series}' is not a darktable version", fix="give three numbers, for example 5.6.1")
    if not (found := [version for version in known if version.startswith(f"{series}.")]):
        raise WrongUsage(f"no darktable {series}.x is known", fix=f"{did_you_mean(series, known)} Or name it exactly")
    return found
