"""Comparison of the licence table with the SPDX list and the OSADL matrix."""

import json
from datetime import date
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtmodels.licence import LicenceTable
from dtmodels.licence.compare import compare_with_published
from dtmodels.licence.published_lists import PublishedList, osadl_matrix, spdx_list

TODAY = date(2026, 12, 1)


def osadl(**entries: str) -> PublishedList:
    return PublishedList(
        source="a test", version="2026-11-01", entries={name.replace("_", "-"): entries[name] for name in entries}
    )


def spdx(**flags: str) -> PublishedList:
    known = dict(LicenceTable.load().spdx.licences)
    return PublishedList(
        source="a test", version="99.0", entries=known | {name.replace("_", "-"): flags[name] for name in flags}
    )


def test_comparison_without_lists_reports_ages_and_readings() -> None:
    table = LicenceTable.load()
    comparison = compare_with_published(table, None, None, date.fromisoformat(table.reviewed))
    assert comparison.ages == {"table": 0}
    assert sum(len(ids) for ids in comparison.read.values()) == len(table.rows)
    assert not comparison.stale


def test_old_table_is_stale() -> None:
    assert compare_with_published(LicenceTable.load(), None, None, date(2029, 1, 1)).stale


def test_different_verdict_without_note_is_a_disagreement() -> None:
    comparison = compare_with_published(LicenceTable.load(), None, osadl(MIT="No", FTL="No", ISC="Yes"), TODAY)
    assert comparison.disagreements == ("MIT: compatible in the table, No at OSADL",)
    assert [line.partition(":")[0] for line in comparison.explained] == ["FTL"]
    assert comparison.changed == ("MIT: No; recorded: Yes in 2024-05, Yes in 2024-11",)
    assert comparison.ages["OSADL matrix"] == 30
    assert comparison.stale


def test_licence_only_in_osadl_is_listed_but_not_stale() -> None:
    comparison = compare_with_published(LicenceTable.load(), None, osadl(Qhull="Yes"), TODAY)
    assert comparison.unlisted == ("Qhull",)
    assert not comparison.stale


def test_spdx_list_changes_are_reported() -> None:
    comparison = compare_with_published(LicenceTable.load(), spdx(MIT="ofd", New="", Beerware="o"), None, TODAY)
    assert comparison.spdx == (
        "Beerware: approved by the OSI in 99.0",
        "MIT: deprecated in 99.0",
        "New: new in 99.0",
    )
    assert comparison.stale


def test_older_spdx_list_is_ignored() -> None:
    older = PublishedList(source="a test", version="1.0", entries={})
    assert compare_with_published(LicenceTable.load(), older, None, TODAY).spdx == ()


def test_reads_both_osadl_forms_and_spdx_json(tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    file.write_text(json.dumps({"timestamp": "2026-11-01T02:14:00+00:00", "GPL-3.0-or-later": {"MIT": "Yes"}}))
    matrix = osadl_matrix(file)
    row = {
        "name": "GPL-3.0-or-later",
        "compatibilities": [{"name": "MIT", "compatibility": "Yes", "explanation": ""}],
    }
    file.write_text(json.dumps({"timestamp": "2026-11-01T13:45:00+0000", "licenses": [row]}))
    assert osadl_matrix(file) == matrix
    assert matrix is not None and (matrix.version, matrix.entries) == ("2026-11-01", {"MIT": "Yes"})
    entry = {"licenseId": "GPL-3.0", "isOsiApproved": True, "isFsfLibre": True, "isDeprecatedLicenseId": True}
    file.write_text(json.dumps({"licenseListVersion": "3.30", "licenses": [entry]}))
    published = spdx_list(file)
    assert published is not None and (published.version, published.entries) == ("3.30", {"GPL-3.0": "ofd"})


@pytest.mark.parametrize("text", ["[]", "{", '{"timestamp": 1}', '{"licenses": [1]}', "null"])
def test_other_json_files_are_rejected(tmp_path: Path, text: str) -> None:
    file = tmp_path / "file.json"
    file.write_text(text)
    for read in (spdx_list, osadl_matrix):
        with pytest.raises(Failure, match=str(file)):
            read(file)
