"""The reviewed table: complete, consistent with itself, and honest about what nobody has read."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from dtmodels.card.schemas import check_json, schema_directory
from dtmodels.licence import Row, Table, judge, parse
from dtmodels.licence.expression import leaves
from dtmodels.licence.review import MOST_DAYS, doubts
from dtmodels.licence.table import SPDX, TABLE

NAMES = [TABLE, SPDX]
ROWS = list(Table.load().rows.values())


@pytest.mark.parametrize("name", NAMES)
def test_the_files_follow_their_schemas(name: str) -> None:
    check_json(name.removesuffix(".json"), json.loads((schema_directory() / name).read_bytes()), where=name)


def test_nothing_is_doubtful_on_the_day_of_the_review() -> None:
    table = Table.load()
    text = (schema_directory() / TABLE).read_text(encoding="utf-8")
    assert list(doubts(text, table.spdx, date.fromisoformat(table.reviewed))) == []


def test_an_old_table_is_doubtful_row_by_row() -> None:
    table = Table.load()
    text = (schema_directory() / TABLE).read_text(encoding="utf-8")
    later = date.fromisoformat(table.reviewed) + timedelta(days=MOST_DAYS + 1)
    found = list(doubts(text, table.spdx, later))
    assert len(found) == len(table.rows) + 1
    assert all("days ago" in doubt.what for doubt in found)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_is_looked_up_by_its_id_in_any_case(row: Row) -> None:
    table = Table.load()
    assert table.row(row.id.lower()) is row
    assert judge(row.id).status == row.verdict
    assert all(name in table.spdx.licences for name in row.becomes)


def test_common_names_and_old_ids_stand_for_expressions_the_table_knows() -> None:
    table = Table.load()
    for meant in [*table.aliases.values(), *table.deprecated.values()]:
        for expression in meant:
            assert judge(expression, table).problems == (), expression
            assert all(
                table.flags(name.id) is None or table.canonical(name.id) == name.id
                for name in leaves(parse(expression))
            )


def test_no_common_name_hides_an_id() -> None:
    table = Table.load()
    ids = {name.lower() for name in [*table.rows, *table.spdx.licences]}
    assert ids.isdisjoint(table.aliases)


def test_exceptions_and_their_licences_are_known_to_spdx() -> None:
    table = Table.load()
    assert set(table.exceptions) <= set(table.spdx.exceptions)
    assert {base for bases in table.exceptions.values() for base in bases} <= set(table.spdx.licences)


def test_no_row_rests_on_memory() -> None:
    assert [row.id for row in ROWS if row.read == "recalled"] == []


def test_a_table_of_another_directory_is_read_from_there(tmp_path: Path) -> None:
    for name in NAMES:
        value = json.loads((schema_directory() / name).read_bytes())
        if name == TABLE:
            value["licences"] = [row for row in value["licences"] if row["id"] == "MIT"]
        (tmp_path / name).write_text(json.dumps(value))
    small = Table.load(tmp_path)
    assert judge("MIT", small).status == "compatible"
    assert judge("ISC", small).status == "unlisted"
    assert judge("ISC").status == "compatible"
