"""The collection on one page: what each model rests on, and which data stand behind which models."""

from __future__ import annotations

from collections.abc import Iterable

from dtmodels.card.catalogue import Catalogue
from dtmodels.card.model import Card, Dataset
from dtmodels.openness.derive import fsf, mof, osaid
from dtmodels.openness.grade import grade
from dtmodels.openness.non_open_data import compromises, training_data
from dtmodels.pages.markdown import code, link, table, text


def collection_tables(catalogue: Catalogue) -> str:
    """Two tables: the models with what they claim and disclose, and the datasets behind them."""
    cards = [entry.card for entry in catalogue.entries]
    return f"\n{_models(cards)}\n## The data behind them\n\n{_data(cards)}"


def _models(cards: Iterable[Card]) -> str:
    rows = [
        [
            f"[{text(card.id)}](../models/{card.id}/)",
            text(card.status),
            code(card.license.weights),
            text(grade(card)),
            _class(card.openness.osaid if card.openness else "none", osaid(card).level),
            _class(card.openness.mof if card.openness else "none", mof(card).level),
            "yes" if fsf(card).holds else "no",
            text(", ".join(_not_open(card))) or "nothing",
            text(card.status_reason or ""),
        ]
        for card in cards
    ]
    columns = ["model", "status", "weights", "grade", "OSAID", "MOF", "free (FSF)", "data that are not open", "why"]
    return table(columns, rows)


def _class(claimed: str, derived: str) -> str:
    return text(claimed) if claimed == derived else f"{text(claimed)} (derived: {text(derived)})"


def _not_open(card: Card) -> list[str]:
    return [data.name for _, data in training_data(card) if compromises(data)]


def _data(cards: Iterable[Card]) -> str:
    """Every set once, with the models made from it."""
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
    return table(["dataset", "licence", "what keeps it from being open", "models"], rows)
