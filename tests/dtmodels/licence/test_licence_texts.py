"""Licences recognised by their text."""

import json
from pathlib import Path

import pytest

from dtmodels.card.schemas import check_json, schema_directory
from dtmodels.licence.licence_texts import FILE, forbids_commerce, recognised_licences
from dtmodels.licence.table import LicenceTable

ROOT = Path(__file__).parents[3]


def test_table_fits_its_schema_and_names_spdx_ids() -> None:
    table = json.loads((schema_directory() / FILE).read_bytes())
    check_json("licence-texts-v1", table, where=FILE)
    licences = LicenceTable.load()
    ids = {name for row in table["rows"] for name in row["licences"]}
    assert {name for name in ids if licences.flags(name) is None} == set()


def test_licence_of_this_repository_is_recognised() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert recognised_licences(text) == (("GPL-3.0-only", "GPL-3.0-or-later"),)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("For Non-Commercial use", "non commercial"),
        ("仅供研究使用，不得用于商业用途。", "不得用于商业"),
        ("Any use, commercial or private, is fine.", ""),
    ],
)
def test_phrase_that_forbids_commerce_is_found(text: str, phrase: str) -> None:
    assert forbids_commerce(text) == phrase
