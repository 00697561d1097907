"""The grade of a model, printed in its page and in every list of models."""

from __future__ import annotations

from typing import Literal

from dtmodels.card.model import Card, Dataset
from dtmodels.licence import licence_verdict
from dtmodels.licence.openness import is_osi_approved
from dtmodels.openness.derive import mof
from dtmodels.openness.known_data import stated_values, worst_value
from dtmodels.openness.non_open_data import compromises, training_data

Grade = Literal["open", "disclosed", "refused", "unknown"]


def grade(card: Card) -> Grade:
    """Grade a model by the rules of the collection.

    Args:
        card: the card, from `inheritance.with_inherited` if the model has a base model.

    Returns:
        `open`: no acceptance is needed. `disclosed`: a rule is accepted in the card, or must be before a release.
        `refused`: cannot be accepted, because it was trained on images of people scraped without consent, or its
        licence or that of its base model is incompatible with darktable's. `unknown`: a draft without stated
        training data.
    """
    datasets = [data for _, data in training_data(card)]
    if any(scraped_without_consent(data) for data in datasets) or _has_incompatible_licence(card):
        return "refused"
    if not datasets and card.status == "draft":
        return "unknown"
    if card.acceptances or any(compromises(data) for data in datasets) or not _has_open_training(card):
        return "disclosed"
    return "open"


def scraped_without_consent(data: Dataset) -> bool:
    """True if a dataset shows people and was scraped without their consent.

    For each fact the worse of card and registry counts; `undisclosed` in one of them takes nothing back.
    """
    scraped = not {"scraped", "mixed"}.isdisjoint(stated_values(data, "collection"))
    return scraped and worst_value(data, "personal_data") == "people" and worst_value(data, "consent") != "given"


def _has_incompatible_licence(card: Card) -> bool:
    """True if the licence of the weights, or of those they are derived from, is incompatible."""
    licences = [card.license.chosen or card.license.weights, *([card.base_model.license] if card.base_model else ())]
    return any(licence_verdict(licence).status == "incompatible" for licence in licences)


def _has_open_training(card: Card) -> bool:
    """True if the training code is open source and the model reaches a class of the MOF."""
    code = card.training.code
    return code is not None and is_osi_approved(code.license) and mof(card).level != "none"
