"""The table held against what others publish."""

import json
from datetime import date
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtmodels.licence import Table
from dtmodels.licence.compare import compare
from dtmodels.licence.published_lists import Published, osadl_matrix, spdx_list

TODAY = date(2026, 12, 1)


def osadl(**answers: str) -> Published:
    return Published(
        source="a test", version="2026-11-01", answers={name.replace("_", "-"): answers[name] for name in answers}
    )


def spdx(**flags: str) -> Published:
    known = dict(Table.load().spdx.licences)
    return Published(
        source="a test", version="99.0", answers=known | {name.replace("_", "-"): flags[name] for name in flags}
    )


def test_ages_and_how_rows_were_read_are_told_without_any_source() -> None:
    table = Table.load()
    found = compare(table, None, None, date.fromisoformat(table.reviewed))
    assert found.ages == {"table": 0}
    assert sum(len(ids) for ids in found.read.values()) == len(table.rows)
    assert not found.stale


def test_an_old_table_is_stale() -> None:
    assert compare(Table.load(), None, None, date(2029, 1, 1)).stale


def test_a_verdict_that_differs_without_a_note_is_a_disagreement() -> None:
    found = compare(Table.load(), None, osadl(MIT="No", FTL="No", ISC="Yes"), TODAY)
    assert found.disagreements == ("MIT: compatible here, No there",)
    assert [line.partition(":")[0] for line in found.explained] == ["FTL"]
    assert found.changed == ("MIT: No; recorded is Yes in 2024-05, Yes in 2024-11",)
    assert found.ages["OSADL matrix"] == 30
    assert found.stale


def test_what_only_osadl_knows_is_listed_and_makes_nothing_stale() -> None:
    found = compare(Table.load(), None, osadl(Qhull="Yes"), TODAY)
    assert found.unlisted == ("Qhull",)
    assert not found.stale


def test_changes_of_the_spdx_list_are_told() -> None:
    found = compare(Table.load(), spdx(MIT="ofd", New="", Beerware="o"), None, TODAY)
    assert found.spdx == (
        "Beerware: approved by the OSI in 99.0",
        "MIT: deprecated in 99.0",
        "New: new in 99.0",
    )
    assert found.stale


def test_an_older_list_says_nothing() -> None:
    older = Published(source="a test", version="1.0", answers={})
    assert compare(Table.load(), older, None, TODAY).spdx == ()


def test_both_forms_of_the_matrix_and_the_json_of_spdx_are_read(tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    file.write_text(json.dumps({"timestamp": "2026-11-01T02:14:00+00:00", "GPL-3.0-or-later": {"MIT": "Yes"}}))
    rows = osadl_matrix(file)
    listed = {
        "name": "GPL-3.0-or-later",
        "compatibilities": [{"name": "MIT", "compatibility": "Yes", "explanation": ""}],
    }
    file.write_text(json.dumps({"timestamp": "2026-11-01T13:45:00+0000", "licenses": [listed]}))
    assert osadl_matrix(file) == rows
    assert rows is not None and (rows.version, rows.answers) == ("2026-11-01", {"MIT": "Yes"})
    entry = {"licenseId": "GPL-3.0", "isOsiApproved": True, "isFsfLibre": True, "isDeprecatedLicenseId": True}
    file.write_text(json.dumps({"licenseListVersion": "3.30", "licenses": [entry]}))
    read = spdx_list(file)
    assert read is not None and (read.version, read.answers) == ("3.30", {"GPL-3.0": "ofd"})


@pytest.mark.parametrize("text", ["[]", "{", '{"timestamp": 1}', '{"licenses": [1]}', "null"])
def test_another_file_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "file.json"
    file.write_text(text)
    for read in (spdx_list, osadl_matrix):
        with pytest.raises(Failure, match=str(file)):
            read(file)
