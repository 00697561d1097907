"""The likeness rule on sentences that describe the imitation of people, and on ordinary editing.

`imitate.txt` and `edit.txt` were written before the rule. All others were written after it, most of them without
looking at its words, and then used to improve it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dtmodels.card.schemas import check_json, schema_directory
from dtmodels.lint.likeness import find_imitation
from dtmodels.lint.likeness_words import FILE, patterns

HERE = Path(__file__).parent / "likeness"
SETS = ("", "_later", "_last", "_fourth", "_fifth", "_sixth")
GRAMMAR = {"harmless", "cover", "boundary", "of", "with", "negation", "select"}


def lines(name: str) -> list[str]:
    return (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def test_table_matches_its_schema_and_every_concept_is_used() -> None:
    table = json.loads((schema_directory() / FILE).read_bytes())
    check_json("likeness-v1", table, where=FILE)
    used = {concept for pattern in patterns() for alternatives in pattern.concepts for concept in alternatives}
    assert used | GRAMMAR == set(table["concepts"])
    for pattern in patterns():
        assert len(pattern.concepts) == {"word": 1, "object": 2, "phrase": 2}.get(
            pattern.relation, len(pattern.concepts)
        )


@pytest.mark.parametrize("name", SETS)
def test_recall_is_at_least_ninety_percent(name: str) -> None:
    texts = lines(f"imitate{name}")
    missed = [text for text in texts if not find_imitation(text)]
    assert len(missed) <= 0.1 * len(texts), missed


@pytest.mark.parametrize("name", SETS)
def test_at_most_three_percent_of_ordinary_descriptions_are_reported(name: str) -> None:
    texts = lines(f"edit{name}")
    reported = [text for text in texts if find_imitation(text)]
    assert len(reported) <= 0.03 * len(texts), reported


@pytest.mark.parametrize(
    "text",
    [
        "Ѕwаps fасеs",
        "SWAPS FACES",
        "Swaps, quickly, people's heads; swaps faces",
        "ｓｗａｐｓ ｆａｃｅｓ",
    ],
)
def test_disguised_words_are_read(text: str) -> None:
    found = find_imitation(text)
    assert found is not None and found.sure


@pytest.mark.parametrize(
    "text",
    ["Does not swap faces", "Never removes clothing", "Ohne Gesichter zu tauschen", "不替换人脸", "", "!", "a" * 8000],
)
def test_negation_and_empty_texts_are_silent(text: str) -> None:
    assert find_imitation(text) is None


def test_not_only_is_no_negation() -> None:
    assert find_imitation("Not only swaps faces") is not None


def test_place_covers_action_and_object() -> None:
    text = "A tool. It swaps two faces at once."
    found = find_imitation(text)
    assert found is not None
    assert text[found.start : found.end] == "swaps two faces"
