"""Proofs about the data behind a model: that it can be known, that it is open, that it is free."""

from __future__ import annotations

from collections.abc import Callable

from dtmodels.card.model import Card, Dataset
from dtmodels.licence.openness import data_status, is_free_software, is_open_data
from dtmodels.openness.known_data import known_datasets, known_licences, worst_value
from dtmodels.openness.non_open_data import training_data
from dtmodels.openness.proof import Proof, all_of
from dtmodels.yaml.document import Where

_UNCLEAR = {
    "mixed": "each item has a licence of its own",
    "undisclosed": "nobody states a licence",
    "unlisted": "its licence is not among the reviewed ones",
}


def prove_described(card: Card) -> Proof:
    """Every set is described, and it is said where it can be had or why not: the data information of OSAID."""
    return _prove_all(card, "training data described", _prove_dataset_described)


def prove_open(card: Card) -> Proof:
    """Every set is public and under an open licence, by card and registry: what MOF class I demands."""
    return _prove_all(card, "training data open", _prove_dataset_open)


def prove_free(card: Card) -> Proof:
    """Every set is public and free: what the Free Software Foundation asks of machine learning."""
    return _prove_all(card, "training data free", _prove_dataset_open)


def is_free_licence(licence: str) -> bool:
    """Whether a licence is free, for software or for other works."""
    return is_free_software(licence) or is_open_data(licence)


def _prove_all(card: Card, claim: str, prove: Callable[[Dataset, Where], Proof]) -> Proof:
    sets = tuple(training_data(card))
    if not sets:
        because, fix = "no training data is named", "name every dataset under training.datasets"
        return Proof(claim=claim, holds=False, because=because, where=("training", "datasets"), fix=fix)
    return all_of(claim, tuple(prove(data, ("training", "datasets", index)) for index, data in sets))


def _prove_dataset_described(data: Dataset, where: Where) -> Proof:
    claim = f"{data.name} described"
    for field in ("access", "collection"):
        if worst_value(data, field) == "undisclosed":
            what = "what the set holds" if field == "access" else "how the set was collected"
            because = f"nobody says {what}{_registry_note(data, field)}"
            fix = f"have its makers disclose {what}"
            return Proof(claim=claim, holds=False, because=because, where=(*where, field), fix=fix)
    for licence in known_licences(data):
        if reason := _UNCLEAR.get(data_status(licence)):
            source = "" if licence in _card_licences(data) else _registry_source(data)
            because, fix = f"{reason}{source}", "list its parts with their licences, or ask its makers for one"
            return Proof(claim=claim, holds=False, because=because, where=(*where, "license"), fix=fix)
    because = f"its access is {worst_value(data, 'access')}, its licence and provenance are told"
    return Proof(claim=claim, holds=True, because=because, where=(*where, "provenance"))


def _prove_dataset_open(data: Dataset, where: Where) -> Proof:
    claim = f"{data.name} open"
    for licence in known_licences(data):
        if not is_open_data(licence):
            source = "" if licence in _card_licences(data) else _registry_source(data)
            because = f"its licence is {licence}{source}"
            return Proof(claim=claim, holds=False, because=because, where=(*where, "license"), fix="train without it")
    if (access := worst_value(data, "access")) != "public":
        because = f"its access is {access}{_registry_note(data, 'access')}"
        return Proof(claim=claim, holds=False, because=because, where=(*where, "access"), fix="train without it")
    return Proof(claim=claim, holds=True, because=f"public, under {data.license}", where=(*where, "license"))


def _card_licences(data: Dataset) -> tuple[str, ...]:
    return (data.license, data.annotations.license) if data.annotations else (data.license,)


def _registry_note(data: Dataset, field: str) -> str:
    return "" if getattr(data, field) == worst_value(data, field) else _registry_source(data)


def _registry_source(data: Dataset) -> str:
    return f", says the registry about {', '.join(known.name for known in known_datasets(data))}"
