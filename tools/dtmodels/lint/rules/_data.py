"""What the rules about data share: which sets of a card are described, and which cards are only begun."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dtmodels.card.model import Card, Dataset
from dtmodels.lint.placeholders import is_placeholder
from dtmodels.openness.non_open_data import training_data
from dtmodels.yaml.document import FieldPath

DATASETS: FieldPath = ("training", "datasets")


def described(dataset: Dataset) -> bool:
    """Whether a set is more than a place held for one."""
    return not any(is_placeholder(text) for text in (dataset.name, dataset.license, dataset.provenance))


def described_data(card: Card) -> Iterator[tuple[FieldPath, Dataset]]:
    """The described sets of a card, each with its place."""
    for index, data in enumerate(card.training.datasets):
        if described(data):
            yield (*DATASETS, index), data


def described_training_data(card: Card) -> Iterator[tuple[FieldPath, Dataset]]:
    """The described sets the weights were made from, each with its place."""
    for index, data in training_data(card):
        if described(data):
            yield (*DATASETS, index), data


def begun(card: Card) -> bool:
    """Whether a draft does not say yet what its weights were made from: too early to judge what follows from it."""
    return card.status == "draft" and not any(True for _ in described_data(card))


def plain(text: str) -> str:
    """The words of a text in small letters, single spaces between them."""
    return re.sub(r"\W+", " ", text.lower()).strip()
