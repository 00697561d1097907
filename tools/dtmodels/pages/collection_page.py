"""Tables of docs/collection.md: what each model discloses, and which datasets it was trained on."""

from __future__ import annotations

from collections.abc import Iterable

from dtmodels.card.catalogue import Catalogue
from dtmodels.card.model import Card, Dataset
from dtmodels.openness.derive import fsf, mof, osaid
from dtmodels.openness.grade import grade
from dtmodels.openness.inheritance import with_inherited
from dtmodels.openness.non_open_data import compromises, training_data
from dtmodels.pages.markdown import code, link, table, text
from dtmodels.pages.phrases import UNPUBLISHED, claimed_class, has_no_release


def collection_tables(catalogue: Catalogue) -> str:
    """Two tables: the models with what they claim and disclose, and the datasets behind them."""
    cards = [with_inherited(entry.card, entry.directory.parent) for entry in catalogue.entries]
    status = f"Status *released*: {UNPUBLISHED}.\n\n" if has_no_release(catalogue.root) else ""
    return f"\n{status}{_models(cards)}\n## Training data\n\n{_data(cards)}"


def _models(cards: Iterable[Card]) -> str:
    rows = [
        [
            f"[{text(card.id)}](../models/{card.id}/)",
            text(card.status),
            code(card.license.weights),
            text(grade(card)),
            text(claimed_class(card.openness.osaid if card.openness else "none", osaid(card))),
            text(claimed_class(card.openness.mof if card.openness else "none", mof(card))),
            "yes" if fsf(card).holds else "no",
            text(", ".join(_not_open(card))) or "none",
            text(card.status_reason or ""),
        ]
        for card in cards
    ]
    columns = ["model", "status", "weights", "grade", "OSAID", "MOF", "free (FSF)", "datasets that are not open"]
    return table([*columns, "reason for the status"], rows)


def _not_open(card: Card) -> list[str]:
    return [data.name for _, data in training_data(card) if compromises(data)]


def _data(cards: Iterable[Card]) -> str:
    """Each dataset once, with the models trained on it."""
    uses: dict[str, tuple[Dataset, list[str]]] = {}
    for card in cards:
        for _, data in training_data(card):
            uses.setdefault(data.name, (data, []))[1].append(card.id)
    rows = [
        [
            link(data.name, data.url),
            code(data.license),
            text("; ".join(compromises(data))) or "open",
            text(", ".join(models)),
        ]
        for data, models in (uses[name] for name in sorted(uses, key=str.casefold))
    ]
    return table(["dataset", "licence", "why it is not open", "models"], rows)
