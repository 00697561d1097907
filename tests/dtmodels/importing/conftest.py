"""Import of a text as a card in a directory of models."""

from __future__ import annotations

from pathlib import Path

import pytest

from dtmodels.card.reader import parse_card_file
from dtmodels.importing.import_card import import_card
from tests.support.imported_card import Import, Imported


@pytest.fixture
def imported(tmp_path: Path) -> Import:
    """Write a text to a file of this name, and import it."""

    def build(name: str, text: str) -> Imported:
        (tmp_path / name).write_text(text)
        result = import_card(tmp_path / name)
        card = tmp_path / "models" / "toy-model" / "card.yaml"
        card.parent.mkdir(parents=True, exist_ok=True)
        card.write_text(result.text)
        return Imported(tmp_path, result, parse_card_file(card))

    return build
