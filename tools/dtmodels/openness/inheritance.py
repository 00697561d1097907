"""What a model inherits from its base models: their training data and licences.

A base model in the same repository is read from its card, and its own base models too. Any other is looked up in the
registry of base models.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from dtbase.system.last_result import cache_last
from dtmodels.card.catalogue import CARD_FILE
from dtmodels.card.model import Annotations, BaseModel, Card, Dataset
from dtmodels.card.reader import CardReading, parse_card_file
from dtmodels.licence import licence_verdict
from dtmodels.openness.base_registry import KnownBase, bases_by_name
from dtmodels.openness.dataset_registry import KnownDataset, dataset_named
from dtmodels.openness.known_data import known_datasets
from dtmodels.openness.non_open_data import training_data
from dtmodels.openness.repository_files import with_files_checked
from dtmodels.yaml.document import FieldPath, locate

UNREADABLE = "its card cannot be read"
"""Place of the data of a base model without a card; XRF003 reports that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherited:
    """A fact of a base model."""

    base: str
    """Name of the base model."""
    place: str
    """Line of the base model's card, or URL of the source that the registry names."""
    known: KnownBase | None = None
    """The entry of the registry; None if the fact stands in a card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InheritedDataset(Inherited):
    """A dataset that a base model was trained on."""

    dataset: Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class InheritedLicence(Inherited):
    """The licence of the weights of a base model."""

    license: str


@cache_last
def with_inherited(card: Card, models: Path) -> Card:
    """The card with the datasets of its base models, and their worst licence; `models` is the directory of all cards.

    Openness and grade are derived from this one, in which the components of the repository are looked up as well. The
    added datasets follow those of the card.
    """
    card = with_files_checked(card, models / card.id)
    if card.base_model is None:
        return card
    datasets = tuple(inherited.dataset for inherited in inherited_datasets(card, models))
    licences = [card.base_model.license, *(one.license for one in inherited_licences(card, models))]
    return replace(
        card,
        base_model=replace(card.base_model, license=max(licences, key=_badness)),
        training=replace(card.training, datasets=(*card.training.datasets, *datasets)),
    )


def _badness(licence: str) -> int:
    """Rank of a licence by its verdict; an invalid one says nothing."""
    return ("invalid", "compatible", "conditional", "unlisted", "incompatible").index(licence_verdict(licence).status)


def inherited_datasets(card: Card, models: Path) -> tuple[InheritedDataset, ...]:
    """The training data of all base models that the card does not list itself."""
    named = {data.name for data in card.training.datasets}
    listed = {known for data in card.training.datasets for known in known_datasets(data)}
    undisclosed = any(data.access == "undisclosed" for _, data in training_data(card))
    found: dict[str, InheritedDataset] = {}
    for inherited in _datasets(card, models):
        data = inherited.dataset
        known = known_datasets(data)
        if (
            data.name in named
            or (known and listed.issuperset(known))
            or (undisclosed and not known and inherited.known)
        ):
            continue
        found.setdefault(data.name, inherited)
    return tuple(found.values())


def inherited_licences(card: Card, models: Path) -> tuple[InheritedLicence, ...]:
    """The licences of all base models, by card or registry."""
    found = []
    for base, reading in _chain(card, models):
        if reading and reading.card:
            place = _line(reading, models, ("license", "weights"))
            found.append(InheritedLicence(base=base.name, place=place, license=reading.card.license.weights))
        found += [
            InheritedLicence(base=known.name, place=known.source, known=known, license=known.license)
            for known in _known(base)
        ]
    return tuple(found)


def _datasets(card: Card, models: Path) -> Iterator[InheritedDataset]:
    for base, reading in _chain(card, models):
        if reading and reading.card:
            for index, data in training_data(reading.card):
                place = _line(reading, models, ("training", "datasets", index, "name"))
                yield InheritedDataset(base=base.name, place=place, dataset=data)
        elif base.url == "self":
            yield InheritedDataset(base=base.name, place=UNREADABLE, dataset=_undisclosed(base.name, ""))
        for known in _known(base):
            for data in _known_data(known):
                yield InheritedDataset(base=known.name, place=known.source, known=known, dataset=data)


def _chain(card: Card, models: Path) -> Iterator[tuple[BaseModel, CardReading | None]]:
    """The base model, its base model, and so on; each with its card if it is in the repository."""
    base, seen = card.base_model, {card.id}
    while base is not None:
        reading = _read(models / base.name / CARD_FILE) if base.url == "self" else None
        yield base, reading
        seen.add(base.name)
        after = reading.card.base_model if reading and reading.card else None
        base = None if after is None or after.name in seen else after


def _known(base: BaseModel) -> tuple[KnownBase, ...]:
    return () if base.url == "self" else bases_by_name(base.name, base.url)


def _known_data(known: KnownBase) -> Iterator[Dataset]:
    for name in known.data:
        yield _as_dataset(dataset_named(name))
    if known.undisclosed:
        yield _undisclosed(known.name, known.note)


def _as_dataset(known: KnownDataset) -> Dataset:
    """The registry's facts about a dataset; what it does not know counts as unknown."""
    return Dataset(
        name=known.name,
        role="pretrain",
        license=known.license,
        access=known.access or "public",
        collection=known.collection or "undisclosed",
        personal_data=known.personal_data or "incidental",
        consent=known.consent or "unknown",
        provenance=known.note,
        url=known.url or known.source,
        annotations=Annotations(license=known.annotations) if known.annotations else None,
    )


def _undisclosed(base: str, note: str) -> Dataset:
    return Dataset(
        name=f"undisclosed data of {base}",
        role="pretrain",
        license="NOASSERTION",
        access="undisclosed",
        collection="undisclosed",
        personal_data="people",
        consent="unknown",
        provenance=note,
    )


def _line(reading: CardReading, models: Path, where: FieldPath) -> str:
    line = locate(reading.root, where).line if reading.root else 1
    return f"{reading.path.relative_to(models.parent).as_posix()}:{line}"


def _read(path: Path) -> CardReading | None:
    """The card at a path; None if there is no such file. Read again only if it changed."""
    if not path.is_file():
        return None
    state = path.stat()
    return _cached_reading(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=1024)
def _cached_reading(path: Path, changed: int, size: int) -> CardReading:  # noqa: ARG001 - they identify the content
    return parse_card_file(path)
