"""Datasets that many models were trained on, and what is known about them: `schema/datasets-v1.json`."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from dtmodels.card.model import Dataset
from dtmodels.card.schemas import directory
from dtmodels.licence.openness import data_status

FILE = "datasets-v1.json"
RANKED_VALUES: dict[str, tuple[str, ...]] = {
    "access": ("public", "on-request", "restricted", "undisclosed"),
    "collection": ("photographed", "synthetic", "licensed", "mixed", "scraped", "undisclosed"),
    "personal_data": ("none", "incidental", "people"),
    "consent": ("given", "not-needed", "unknown", "none"),
}
"""The values of each field, the best first."""
_MAX_NAME_LENGTH = 200
"""Of a name; what is longer is refused elsewhere, and would cost much here."""
_EQUIVALENT = {"synthetic": "photographed", "licensed": "photographed", "none": "unknown"}
"""Ways of collecting, and of not having asked, that are no better than each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDataset:
    """What is known about one dataset; fields documented in `datasets-v1.schema.json`."""

    name: str
    license: str
    note: str
    source: str
    sure: str
    aliases: tuple[str, ...] = ()
    url: str = ""
    annotations: str = ""
    access: str = ""
    collection: str = ""
    personal_data: str = ""
    consent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A field of a card that says something better than what is known."""

    field: str
    said: str
    known: str
    about: KnownDataset


def known_datasets(dataset: Dataset) -> tuple[KnownDataset, ...]:
    """The registered sets a card's dataset is, or is made of: found by name, by alias, or by address."""
    return _lookup(dataset.name, dataset.url)


def worst_value(dataset: Dataset, field: str) -> str:
    """The worst of what the card and the registry say about one of the fields of `RANKED_VALUES`."""
    said: list[str] = [getattr(dataset, field), *(getattr(known, field) for known in known_datasets(dataset))]
    order = RANKED_VALUES[field]
    return max((value for value in said if value in order), key=order.index, default=order[-1])


def known_licences(dataset: Dataset) -> tuple[str, ...]:
    """Every licence that is said or known to hold for a dataset and its annotations."""
    known = known_datasets(dataset)
    said = [dataset.license, dataset.annotations.license if dataset.annotations else ""]
    said += [licence for one in known for licence in (one.license, one.annotations)]
    return tuple(dict.fromkeys(filter(None, said)))


def contradictions(dataset: Dataset) -> Iterator[Contradiction]:
    """Where a card says something better than what is known of the set, field by field."""
    for known in known_datasets(dataset):
        if better_licence(dataset.license, known.license) and not states_annotation_licence(dataset, known):
            yield Contradiction(field="license", said=dataset.license, known=known.license, about=known)
        for field, order in RANKED_VALUES.items():
            said, fact = getattr(dataset, field), getattr(known, field)
            pair = [_EQUIVALENT.get(value, value) if field != "personal_data" else value for value in (said, fact)]
            if fact and said in order and order.index(pair[0]) < order.index(pair[1]):
                yield Contradiction(field=field, said=said, known=fact, about=known)


def states_annotation_licence(dataset: Dataset, known: KnownDataset) -> bool:
    """Whether a card states the licence of the annotations where that of the images belongs."""
    return bool(known.annotations) and not dataset.annotations and dataset.license == known.annotations


def better_licence(said: str, known: str) -> bool:
    """Whether a stated licence permits more than the known one, or leaves its share-alike part out."""
    ranks = {"open": 2, "share-alike": 2, "mixed": 1}
    said_rank, known_rank = (ranks.get(data_status(licence), 0) for licence in (said, known))
    shared = set(re.findall(r"\S+-SA-\S+", known))
    return said_rank > known_rank or (said_rank == known_rank == 2 and bool(shared - set(said.split())))


@lru_cache(maxsize=4096)
def _lookup(name: str, url: str) -> tuple[KnownDataset, ...]:
    runs, address = _WordRuns.of(_words(name)), _normalise_url(url)
    registry = _registry(directory() / FILE)
    named = [known for known, names in registry if any(_contains_name(runs, alias) for alias in names)]
    there = [
        known for known, _ in registry if known.url and _normalise_url(known.url) == address and known not in named
    ]
    return (*(known for known in named if not any(_is_part_of(known, other) for other in named)), *there)


def _is_part_of(known: KnownDataset, other: KnownDataset) -> bool:
    """Whether the name of one set is only a part of the name of another: KITTI in Virtual KITTI."""
    return known is not other and set(_words(known.name)) < set(_words(other.name))


@cache
def _registry(path: Path) -> Sequence[tuple[KnownDataset, tuple[tuple[str, ...], ...]]]:
    rows = json.loads(path.read_bytes())["datasets"]
    sets = [KnownDataset(**{**row, "aliases": tuple(row.get("aliases", ()))}) for row in rows]
    return [(known, tuple(_words(name) for name in (known.name, *known.aliases))) for known in sets]


def _words(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name[:_MAX_NAME_LENGTH])))


def _contains_name(runs: _WordRuns, name: Sequence[str]) -> bool:
    """Whether a name stands in a text, however it is hyphenated; a short acronym only in its own capitals."""
    wanted = "".join(name)
    if len(wanted) > 4 or not (wanted.isalpha() and wanted.isupper()):
        return wanted.casefold() in runs.folded
    return wanted in runs.exact or wanted.casefold() == runs.whole


@dataclass(frozen=True, slots=True)
class _WordRuns:
    """Every run of words of a text, written together."""

    exact: frozenset[str]
    folded: frozenset[str]
    whole: str

    @classmethod
    def of(cls, words: Sequence[str]) -> _WordRuns:
        ends = range(len(words) + 1)
        exact = frozenset("".join(words[start:end]) for start in ends for end in ends[start + 1 :])
        return cls(exact, frozenset(run.casefold() for run in exact), "".join(words).casefold())


def _normalise_url(url: str) -> str:
    return re.sub(r"^https?://(www\.)?|/+$", "", url.casefold())
