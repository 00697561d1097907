"""Reasons why a dataset is not open, each as a clause for model pages and reports."""

from __future__ import annotations

from collections.abc import Iterator

from dtmodels.card.model import Card, Dataset, Limitation
from dtmodels.licence.openness import data_status

_ACCESS = {
    "on-request": "it is available on request only",
    "restricted": "access to it is restricted",
    "undisclosed": "it is undisclosed",
}
_COLLECTION = {
    "scraped": "it was scraped",
    "mixed": "it was collected in several ways",
    "undisclosed": "how it was collected is undisclosed",
}
_PEOPLE = {"people": "it shows people", "incidental": "it shows people incidentally"}
_CONSENT = {
    "none": "who did not consent",
    "unknown": "whose consent is unknown",
    "not-needed": "whose consent is stated as not needed",
}
_LICENCE = {
    "mixed": "{what} a separate licence for each item",
    "restricted": "{what} the licence {licence}, which is not open",
    "undisclosed": "{what} no stated licence",
    "unlisted": "{what} the licence {licence}, which has not been reviewed",
}


def training_data(card: Card) -> Iterator[tuple[int, Dataset]]:
    """Yield the datasets the weights were trained on, with their index in the card."""
    return ((index, data) for index, data in enumerate(card.training.datasets) if data.role != "evaluate")


def compromises(dataset: Dataset) -> list[str]:
    """List the reasons, by the card, why a dataset is not open; empty if it is open."""
    reasons = [_licence_reason("it has", dataset.license)]
    if dataset.annotations:
        reasons.append(_licence_reason("its annotations have", dataset.annotations.license))
    reasons += [_ACCESS.get(dataset.access, ""), _COLLECTION.get(dataset.collection, "")]
    if dataset.personal_data != "none" and dataset.consent != "given" and dataset.collection != "synthetic":
        content = _PEOPLE.get(dataset.personal_data, "it may show people,")
        reasons.append(f"{content} {_CONSENT.get(dataset.consent, 'whose consent is not stated yet')}")
    return [reason for reason in reasons if reason]


def limitation_mentions(limitation: Limitation, dataset: Dataset) -> bool:
    """True if a limitation names a dataset."""
    return dataset.name in limitation.datasets or dataset.name in limitation.text


def _licence_reason(what: str, licence: str) -> str:
    return _LICENCE.get(data_status(licence), "").format(what=what, licence=licence)
