"""A card made of a foreign description, for tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dtmodels.card.model import Card
from dtmodels.card.reader import CardReading
from dtmodels.importing.import_card import ImportedCard


@dataclass(frozen=True)
class Imported:
    """An imported card in the directory of a model, and what was said about it."""

    root: Path
    result: ImportedCard
    reading: CardReading

    @property
    def text(self) -> str:
        """The text of the card."""
        return self.result.text

    @property
    def card(self) -> Card:
        """The card, which is complete."""
        assert self.reading.card is not None, self.reading.problems
        return self.reading.card

    def remark(self, start: str) -> str:
        """The remark of the only line that starts so."""
        (line,) = [line.strip() for line in self.text.splitlines() if line.strip().removeprefix("- ").startswith(start)]
        return line.partition("  # ")[2]


Import = Callable[[str, str], Imported]
