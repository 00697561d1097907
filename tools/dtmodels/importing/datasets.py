"""Datasets of a card, from what a description says about training data in prose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dtmodels.importing.dataset_prose import dataset_names, dataset_terms, same_dataset
from dtmodels.importing.stated import Stated


def datasets(description: Stated | None, licences: Stated | None) -> list[dict[str, Any]]:
    """Return one entry for each dataset that the texts name, else one without a name; none if there is no text.

    Args:
        description: of the training data, such as `SIDD – 30,000 photographs of phones`.
        licences: its terms, for all of it or by dataset.
    """
    return list(_datasets(description, licences)) if description or licences else []


def _datasets(description: Stated | None, licences: Stated | None) -> Iterator[dict[str, Any]]:
    terms = dataset_terms(licences.value) if licences else {}
    for name, origin in _names(description, licences, terms):
        stated = terms.get(name) if terms else licences.value if licences else None
        yield {
            "name": Stated(name, origin) if name else None,
            "role": Stated("train", origin),
            "license": Stated(stated, licences.remark) if stated and licences else None,
            "provenance": description,
        }


def _names(description: Stated | None, licences: Stated | None, terms: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each name with its place, as its terms or else the description write it; an empty one if there is none."""
    described = dataset_names(description.value) if description else []
    for name in described:
        if description and not any(same_dataset(name, other) for other in terms):
            yield name, description.remark
    for name in terms:
        if description and any(same_dataset(name, other) for other in described):
            yield name, description.remark
        elif licences:
            yield name, licences.remark
    if not described and not terms and (origin := description or licences):
        yield "", origin.remark
