"""Datasets that a card describes, and drafts that do not describe any yet; used by the rules about data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dtmodels.card.model import Card, Dataset
from dtmodels.card.placeholders import is_placeholder
from dtmodels.openness.non_open_data import training_data
from dtmodels.yaml.document import FieldPath

DATASETS: FieldPath = ("training", "datasets")


def is_described(dataset: Dataset) -> bool:
    """Whether name, licence and provenance of a dataset are more than placeholders."""
    return not any(is_placeholder(text) for text in (dataset.name, dataset.license, dataset.provenance))


def described_datasets(card: Card) -> Iterator[tuple[FieldPath, Dataset]]:
    """All described datasets of a card, each with its field."""
    for index, data in enumerate(card.training.datasets):
        if is_described(data):
            yield (*DATASETS, index), data


def described_training_datasets(card: Card) -> Iterator[tuple[FieldPath, Dataset]]:
    """The described datasets that the weights were trained on, each with its field."""
    for index, data in training_data(card):
        if is_described(data):
            yield (*DATASETS, index), data


def is_unfinished_draft(card: Card) -> bool:
    """Whether a draft describes no dataset yet; rules that depend on its data then report nothing."""
    return card.status == "draft" and not any(True for _ in described_datasets(card))


def normalised(text: str) -> str:
    """The words of a text in lower case, with one space between them."""
    return re.sub(r"\W+", " ", text.lower()).strip()
