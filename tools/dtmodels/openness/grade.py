"""The grade of a model, shown wherever it is listed."""

from __future__ import annotations

from dtmodels.card import Card, Dataset
from dtmodels.openness.compromises import compromises, training_data
from dtmodels.openness.known_data import worst


def grade(card: Card) -> str:
    """How a model stands by the rules of the collection.

    Returns:
        `open`: nothing has to be excused. `disclosed`: a compromise is accepted by name, or has to be before a release.
        `refused`: learned from people whose pictures were taken without asking, which nobody can accept. `unknown`: a
        draft that does not say yet what it was trained on.
    """
    sets = [data for _, data in training_data(card)]
    if any(taken_without_consent(data) for data in sets):
        return "refused"
    if card.acceptances or any(compromises(data) for data in sets):
        return "disclosed"
    return "open" if sets or card.status != "draft" else "unknown"


def taken_without_consent(data: Dataset) -> bool:
    """Whether a set is about people and was scraped without their consent, by the worse of card and registry."""
    scraped = worst(data, "collection") in ("scraped", "mixed")
    return scraped and worst(data, "personal_data") == "people" and worst(data, "consent") != "given"
