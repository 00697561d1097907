"""Look-alikes of Latin letters, from Unicode's table."""

from __future__ import annotations

import json
import unicodedata

import pytest

from dtmodels.card.look_alikes import FILE, as_seen
from dtmodels.card.schemas import check_json, schema_directory


def test_table_matches_its_schema_and_has_each_character_once() -> None:
    table = json.loads((schema_directory() / FILE).read_bytes())
    check_json("look-alikes-v1", table, where=FILE)
    letters = [row["letter"] for row in table["letters"]]
    assert letters == sorted(letters)
    characters = [character for row in table["letters"] for character in row["unicode"] + row.get("also", "")]
    assert len(characters) == len(set(characters)) > 400
    assert all(unicodedata.normalize("NFKC", character) == character for character in characters)
    assert not any(character.isascii() for character in characters)


@pytest.mark.parametrize(
    "text",
    ["LAION", "LАIОN", "ＬＡＩＯＮ", "𝓛𝓐𝓘𝓞𝓝", "L̶A̶I̶O̶N̶", "L\u200bAI\u00adON", "LÄÏÖN", "ᒪАΙОΝ"],
)
def test_text_is_read_as_it_looks(text: str) -> None:
    assert as_seen(text).upper() == "LAION"


@pytest.mark.parametrize(("text", "seen"), [("顔を", "顔を"), ("лицо", "лицo"), ("naïve", "naive"), ("½", "1⁄2")])
def test_other_scripts_keep_letters_without_look_alike(text: str, seen: str) -> None:
    assert as_seen(text) == seen
