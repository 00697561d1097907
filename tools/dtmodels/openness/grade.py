"""The grade of a model, shown wherever it is listed."""

from __future__ import annotations

from typing import Literal

from dtmodels.card.model import Card, Dataset
from dtmodels.licence import licence_verdict
from dtmodels.licence.openness import is_osi_approved
from dtmodels.openness.derive import mof
from dtmodels.openness.known_data import worst_value
from dtmodels.openness.non_open_data import compromises, training_data

Grade = Literal["open", "disclosed", "refused", "unknown"]


def grade(card: Card) -> Grade:
    """How a model stands by the rules of the collection.

    Returns:
        `open`: nothing has to be excused. `disclosed`: a compromise is accepted by name, or has to be before a release.
        `refused`: learned from people whose images were taken without asking, or under a licence darktable cannot
        use, which nobody can accept. `unknown`: a draft that does not say yet what it was trained on.
    """
    sets = [data for _, data in training_data(card)]
    if any(scraped_without_consent(data) for data in sets) or _has_incompatible_weights(card):
        return "refused"
    if not sets and card.status == "draft":
        return "unknown"
    if card.acceptances or any(compromises(data) for data in sets) or not _has_open_training(card):
        return "disclosed"
    return "open"


def scraped_without_consent(data: Dataset) -> bool:
    """Whether a set is about people and was scraped without their consent, by the worse of card and registry."""
    scraped = worst_value(data, "collection") in ("scraped", "mixed")
    return scraped and worst_value(data, "personal_data") == "people" and worst_value(data, "consent") != "given"


def _has_incompatible_weights(card: Card) -> bool:
    return licence_verdict(card.license.chosen or card.license.weights).status == "incompatible"


def _has_open_training(card: Card) -> bool:
    """Whether the training code is open source, and enough is published for a class of the MOF."""
    code = card.training.code
    return code is not None and is_osi_approved(code.license) and mof(card).level != "none"
