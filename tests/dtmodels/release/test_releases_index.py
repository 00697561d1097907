"""The release that each darktable version downloads, and the known versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dtbase.system.errors import Failure, WrongUsage
from dtmodels.card import schemas
from dtmodels.card.schemas import check_json
from dtmodels.release.releases_index import (
    INDEX_FILE,
    VERSIONS_FILE,
    add_to_index,
    known_versions,
    newest_darktable,
    read_index,
    versions_without_entry,
)


def test_versions_are_added_and_existing_entries_kept(tmp_path: Path) -> None:
    add_to_index(tmp_path, [("5.5.0", "v0.1.0")])
    added = add_to_index(tmp_path, [("5.6.1", "v1.0.0"), ("5.7.0", "nightly-20260131-0123456789ab")])
    assert added == {"5.6.1": "v1.0.0", "5.7.0": "nightly-20260131-0123456789ab"}
    written = json.loads((tmp_path / INDEX_FILE).read_bytes())
    assert written == {"schema": 1, "compatible_releases": {"5.5.0": "v0.1.0", **added}}


def test_series_adds_every_known_point_release(tmp_path: Path) -> None:
    known = [item.version for item in known_versions() if item.version.startswith("5.6.")]
    assert len(known) >= 3
    assert add_to_index(tmp_path, [("5.6", "v1.0.0")]) == dict.fromkeys(known, "v1.0.0")
    assert {item.version for item in versions_without_entry(read_index(tmp_path / INDEX_FILE))} == {
        item.version for item in known_versions()
    } - set(known)


@pytest.mark.parametrize("version", ["5", "5.6.x", ">=5.6.0", "", "5.6.0.1", "99.0"])
def test_invalid_version_is_rejected_and_nothing_is_written(tmp_path: Path, version: str) -> None:
    with pytest.raises(WrongUsage, match=r"is not a darktable version|no darktable .* is known"):
        add_to_index(tmp_path, [("5.6.0", "v0.1.0"), (version, "v0.1.0")])
    assert not (tmp_path / INDEX_FILE).exists()


@pytest.mark.parametrize("tag", ["", "../v1", "v1 0", "v1\n"])
def test_unsafe_tag_is_rejected(tmp_path: Path, tag: str) -> None:
    with pytest.raises(Failure, match="breaks"):
        add_to_index(tmp_path, [("5.6.0", tag)])
    assert not (tmp_path / INDEX_FILE).exists()


def test_empty_index_misses_no_version() -> None:
    assert versions_without_entry({}) == []
    assert versions_without_entry({"5.6.0": "v1.0.0"})


def test_known_versions_fit_their_schema_and_are_sorted() -> None:
    content = json.loads((schemas.schema_directory() / VERSIONS_FILE).read_bytes())
    check_json("darktable-versions-v1", content, where=VERSIONS_FILE)
    versions = known_versions()
    assert [item.numbers for item in versions] == sorted({item.numbers for item in versions})
    assert all((item.numbers[1] % 2 == 1) == (item.kind == "development") for item in versions)
    assert newest_darktable("release").numbers[:2] < newest_darktable("development").numbers[:2]
