"""The reviewed licence table: complete, consistent, and without rows recalled from memory."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from dtmodels.card.schemas import check_json, schema_directory
from dtmodels.licence import LicenceRow, LicenceTable, licence_verdict, parse
from dtmodels.licence.expression import leaves
from dtmodels.licence.review import MAX_AGE_DAYS, table_problems
from dtmodels.licence.table import SPDX, TABLE

NAMES = [TABLE, SPDX]
ROWS = list(LicenceTable.load().rows.values())


@pytest.mark.parametrize("name", NAMES)
def test_files_match_their_schemas(name: str) -> None:
    check_json(name.removesuffix(".json"), json.loads((schema_directory() / name).read_bytes()), where=name)


def test_table_has_no_problems_on_the_review_date() -> None:
    table = LicenceTable.load()
    text = (schema_directory() / TABLE).read_text(encoding="utf-8")
    assert list(table_problems(text, table.spdx, date.fromisoformat(table.reviewed))) == []


def test_old_table_is_reported_row_by_row() -> None:
    table = LicenceTable.load()
    text = (schema_directory() / TABLE).read_text(encoding="utf-8")
    later = date.fromisoformat(table.reviewed) + timedelta(days=MAX_AGE_DAYS + 1)
    problems = list(table_problems(text, table.spdx, later))
    assert len(problems) == len(table.rows) + 1
    assert all("days ago" in problem.what for problem in problems)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_row_lookup_ignores_case(row: LicenceRow) -> None:
    table = LicenceTable.load()
    assert table.row(row.id.lower()) is row
    assert licence_verdict(row.id).status == row.verdict
    assert all(name in table.spdx.licences for name in row.becomes)


def test_aliases_and_deprecated_ids_map_to_valid_expressions() -> None:
    table = LicenceTable.load()
    for ids in [*table.aliases.values(), *table.deprecated.values()]:
        for expression in ids:
            assert licence_verdict(expression, table).problems == (), expression
            assert all(
                table.flags(name.id) is None or table.canonical(name.id) == name.id
                for name in leaves(parse(expression))
            )


def test_no_alias_equals_an_id() -> None:
    table = LicenceTable.load()
    ids = {name.lower() for name in [*table.rows, *table.spdx.licences]}
    assert ids.isdisjoint(table.aliases)


def test_exceptions_and_their_licences_are_in_the_spdx_list() -> None:
    table = LicenceTable.load()
    assert set(table.exceptions) <= set(table.spdx.exceptions)
    assert {base for bases in table.exceptions.values() for base in bases} <= set(table.spdx.licences)


def test_no_row_is_recalled_from_memory() -> None:
    assert [row.id for row in ROWS if row.read == "recalled"] == []


def test_table_can_be_read_from_another_directory(tmp_path: Path) -> None:
    for name in NAMES:
        value = json.loads((schema_directory() / name).read_bytes())
        if name == TABLE:
            value["licences"] = [row for row in value["licences"] if row["id"] == "MIT"]
        (tmp_path / name).write_text(json.dumps(value))
    small = LicenceTable.load(tmp_path)
    assert licence_verdict("MIT", small).status == "compatible"
    assert licence_verdict("ISC", small).status == "unlisted"
    assert licence_verdict("ISC").status == "compatible"
