"""Datasets of a card, from what a description says about training data in prose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dtmodels.importing.dataset_prose import dataset_parts, dataset_terms, same_dataset
from dtmodels.importing.stated import Reader, Stated, place
from dtmodels.yaml.document import FieldPath


def datasets(reader: Reader, description: FieldPath, licences: FieldPath | None = None) -> list[dict[str, Any]]:
    """Return one entry for each dataset that the texts name, else one without a name; none if there is no text.

    A text that is divided among several datasets stays a remark as a whole.

    Args:
        reader: reads the description.
        description: place of a text about the training data, such as `SIDD – 30,000 photographs`, or of a list of
            names.
        licences: place of its terms, for all of it or by dataset.
    """
    if listed := [] if reader.peek(*description) else reader.texts(*description):
        return [{"name": name, "role": Stated("train", name.remark)} for name in listed]
    parts = dataset_parts(reader.peek(*description))
    terms = dataset_terms(reader.peek(*licences)) if licences else {}
    described = _taken(reader, description, divided=len(parts) > 1)
    licensed = _taken(reader, licences, divided=bool(terms)) if licences else None
    return list(_datasets(described, parts, licensed, terms))


def _taken(reader: Reader, path: FieldPath, *, divided: bool) -> Stated | None:
    return Stated(reader.peek(*path), place(path)) if divided else reader.text(*path)


def _datasets(
    description: Stated | None, parts: Mapping[str, str], licences: Stated | None, terms: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    for name, origin, part in _names(description, parts, licences, terms):
        stated = terms.get(name) if terms else licences.value if licences else None
        yield {
            "name": Stated(name, origin) if name else None,
            "role": Stated("train", origin),
            "license": Stated(stated, licences.remark) if stated and licences else None,
            "provenance": Stated(part, description.remark) if part and description else None,
        }


def _names(
    description: Stated | None, parts: Mapping[str, str], licences: Stated | None, terms: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Yield each name, its place and its part of the description; a name as its terms write it, where they do."""
    whole = description.value if description else ""
    texts = parts if len(parts) > 1 else dict.fromkeys(parts, whole)
    for name, part in texts.items():
        if description and not any(same_dataset(name, other) for other in terms):
            yield name, description.remark, part
    for name in terms:
        part = next((part for other, part in texts.items() if same_dataset(name, other)), "")
        if description and part:
            yield name, description.remark, part
        elif licences:
            yield name, licences.remark, "" if parts else whole
    if not parts and not terms and (origin := description or licences):
        yield "", origin.remark, whole
