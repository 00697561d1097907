"""Proofs about training data: it is described, it is open, it is free. Used by `derive`."""

from __future__ import annotations

from collections.abc import Callable

from dtmodels.card.model import Card, Dataset
from dtmodels.licence.openness import data_status, is_free_software, is_open_data
from dtmodels.openness.known_data import RANKED_VALUES, known_datasets, known_licences, worst_value
from dtmodels.openness.non_open_data import training_data
from dtmodels.openness.proof import Proof, all_of
from dtmodels.yaml.document import FieldPath

_UNCLEAR = {
    "mixed": "each item has its own licence",
    "undisclosed": "no licence is stated",
    "unlisted": "its licence has not been reviewed",
}


def prove_described(card: Card) -> Proof:
    """Prove that every dataset is described, with its access, licence and provenance, as OSAID requires."""
    return _prove_all(card, "training data described", _prove_dataset_described)


def prove_open(card: Card) -> Proof:
    """Prove that every dataset is public and openly licensed, by card and registry, as MOF class I requires."""
    return _prove_all(card, "training data open", _prove_dataset_open)


def prove_free(card: Card) -> Proof:
    """Prove that every dataset is public and free, as the Free Software Foundation requires."""
    return _prove_all(card, "training data free", _prove_dataset_open)


def is_free_licence(licence: str) -> bool:
    """True if a licence is free, for software or for other works."""
    return is_free_software(licence) or is_open_data(licence)


def _prove_all(card: Card, claim: str, prove: Callable[[Dataset, FieldPath], Proof]) -> Proof:
    datasets = tuple(training_data(card))
    if not datasets:
        because, fix = "the card lists no training data", "list every dataset under training.datasets"
        return Proof(claim=claim, holds=False, because=because, where=("training", "datasets"), fix=fix)
    return all_of(claim, tuple(prove(data, ("training", "datasets", index)) for index, data in datasets))


def _prove_dataset_described(data: Dataset, where: FieldPath) -> Proof:
    claim = f"{data.name} described"
    for field in ("access", "collection"):
        if worst_value(data, field) == "undisclosed":
            fact = "its content" if field == "access" else "how it was collected"
            because = f"{fact} is {_worst_word(data, field)}{_registry_note(data, field)}"
            fix = f"ask its authors to disclose {fact}"
            return Proof(claim=claim, holds=False, because=because, where=(*where, field), fix=fix)
    for licence in known_licences(data):
        if reason := _UNCLEAR.get(data_status(licence)):
            source = "" if licence in _card_licences(data) else _registry_source(data)
            because, fix = f"{reason}{source}", "list its parts with their licences, or ask its authors for a licence"
            return Proof(claim=claim, holds=False, because=because, where=(*where, "license"), fix=fix)
    because = f"its access is {worst_value(data, 'access')}, its licence and provenance are stated"
    return Proof(claim=claim, holds=True, because=because, where=(*where, "provenance"))


def _prove_dataset_open(data: Dataset, where: FieldPath) -> Proof:
    claim = f"{data.name} open"
    for licence in known_licences(data):
        if not is_open_data(licence):
            source = "" if licence in _card_licences(data) else _registry_source(data)
            because = f"its licence is {licence}{source}"
            return Proof(claim=claim, holds=False, because=because, where=(*where, "license"), fix="train without it")
    if worst_value(data, "access") != "public":
        because = f"its access is {_worst_word(data, 'access')}{_registry_note(data, 'access')}"
        return Proof(claim=claim, holds=False, because=because, where=(*where, "access"), fix="train without it")
    return Proof(claim=claim, holds=True, because=f"public, under {data.license}", where=(*where, "license"))


def _card_licences(data: Dataset) -> tuple[str, ...]:
    return (data.license, data.annotations.license) if data.annotations else (data.license,)


def _worst_word(data: Dataset, field: str) -> str:
    """The worst value of card and registry; `not stated yet` where neither has one."""
    unstated = getattr(data, field) not in RANKED_VALUES[field] and not _in_registry(data, field)
    return "not stated yet" if unstated else worst_value(data, field)


def _in_registry(data: Dataset, field: str) -> bool:
    return any(getattr(known, field) for known in known_datasets(data))


def _registry_note(data: Dataset, field: str) -> str:
    from_registry = getattr(data, field) != worst_value(data, field) and _in_registry(data, field)
    return _registry_source(data) if from_registry else ""


def _registry_source(data: Dataset) -> str:
    return f", according to the registry entry of {', '.join(known.name for known in known_datasets(data))}"
