"""What keeps a dataset from being open, each reason as a clause."""

from __future__ import annotations

from collections.abc import Iterator

from dtmodels.card.model import Card, Dataset, Limitation
from dtmodels.licence.openness import data_status

_ACCESS = {
    "on-request": "it is handed out on request only",
    "restricted": "it is not for everybody",
    "undisclosed": "it was never disclosed",
}
_COLLECTION = {
    "scraped": "it was scraped",
    "mixed": "it was collected in several ways",
    "undisclosed": "nobody says how it was collected",
}
_LICENCE = {
    "mixed": "{what} a licence of its own for each item",
    "restricted": "{what} the licence {licence}, which is not open",
    "undisclosed": "{what} no stated licence",
    "unlisted": "{what} the licence {licence}, which nobody has reviewed",
}


def training_data(card: Card) -> Iterator[tuple[int, Dataset]]:
    """The datasets the weights were made from, with their position in the card."""
    return ((index, data) for index, data in enumerate(card.training.datasets) if data.role != "evaluate")


def compromises(dataset: Dataset) -> list[str]:
    """Why a dataset falls short, by what the card says; empty when it is open."""
    found = [_licence_reason("it has", dataset.license)]
    if dataset.annotations:
        found.append(_licence_reason("its annotations have", dataset.annotations.license))
    found += [_ACCESS.get(dataset.access, ""), _COLLECTION.get(dataset.collection, "")]
    if dataset.personal_data != "none" and dataset.consent != "given" and dataset.collection != "synthetic":
        shown = "it is about people" if dataset.personal_data == "people" else "it shows people by chance"
        agreed = {"none": "who did not agree", "unknown": "of whom nobody knows whether they agreed"}
        found.append(f"{shown} {agreed.get(dataset.consent, 'whose consent is said to be beside the question')}")
    return [reason for reason in found if reason]


def limitation_mentions(limitation: Limitation, dataset: Dataset) -> bool:
    """Whether a limitation is about a dataset."""
    return dataset.name in limitation.datasets or dataset.name in limitation.text


def _licence_reason(what: str, licence: str) -> str:
    return _LICENCE.get(data_status(licence), "").format(what=what, licence=licence)
