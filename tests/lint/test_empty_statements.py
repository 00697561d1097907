"""Limitations that state nothing, in many languages."""

import json

import pytest

from dtmodels.card.schemas import check_json, schema_directory
from dtmodels.lint.rules._empty_statements import FILE, states_nothing

NOTHING = [
    *("none", "None.", "No known limitations", "nothing is known", "There are no issues.", "n/a", "—", "...", "🙂"),
    *("keine", "Keine bekannten Einschränkungen", "es gibt keine Probleme", "aucune", "Aucune limitation connue"),
    *("ninguna", "no hay limitaciones conocidas", "nessuna", "nenhuma", "geen", "inga kända problem", "brak", "yok"),
    *("нет", "Нет известных ограничений", "немає", "なし", "特になし", "无", "沒有", "없음", "لا يوجد", "אין", "nincs"),
]
SOMETHING = [
    *("Smooths fine fabric.", "No effect below ISO 400", "None of the training images shows snow."),
    *("Keine Porträts", "Aucun visage", "Sin color", "Шумит в тенях", "夜景に弱い", "不支持黑白照片"),
]


def test_table_fits_its_schema() -> None:
    check_json("empty-statements-v1", json.loads((schema_directory() / FILE).read_bytes()), where=FILE)


@pytest.mark.parametrize("text", NOTHING)
def test_text_of_empty_words_states_nothing(text: str) -> None:
    assert states_nothing(text)


@pytest.mark.parametrize("text", SOMETHING)
def test_text_with_a_subject_states_something(text: str) -> None:
    assert not states_nothing(text)
