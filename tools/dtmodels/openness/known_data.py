"""The registry of widely used datasets, `schema/datasets-v1.json`; checked against the claims of a card."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from dtmodels.card.model import Dataset
from dtmodels.card.schemas import schema_directory
from dtmodels.licence.openness import data_status

FILE = "datasets-v1.json"
RANKED_VALUES: dict[str, tuple[str, ...]] = {
    "access": ("public", "on-request", "restricted", "undisclosed"),
    "collection": ("photographed", "synthetic", "licensed", "mixed", "scraped", "undisclosed"),
    "personal_data": ("none", "incidental", "people"),
    "consent": ("given", "not-needed", "unknown", "none"),
}
"""The values of each field, best first."""
_MAX_NAME_LENGTH = 200
"""Names are truncated to this length, because matching is slow. Other checks reject longer names."""
_EQUIVALENT = {"synthetic": "photographed", "licensed": "photographed", "none": "unknown"}
"""Values of `collection` and `consent` that rank equally."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDataset:
    """One dataset of the registry; `datasets-v1.schema.json` documents the fields."""

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
    """A field of a card with a better value than the registry has."""

    field: str
    claimed: str
    known: str
    dataset: KnownDataset


def known_datasets(dataset: Dataset) -> tuple[KnownDataset, ...]:
    """The registry entries of a card's dataset and of its parts, matched by name, alias or URL."""
    return _lookup(dataset.name, dataset.url)


def worst_value(dataset: Dataset, field: str) -> str:
    """The worst value that card and registry give for a field of `RANKED_VALUES`."""
    values: list[str] = [getattr(dataset, field), *(getattr(known, field) for known in known_datasets(dataset))]
    order = RANKED_VALUES[field]
    return max((value for value in values if value in order), key=order.index, default=order[-1])


def known_licences(dataset: Dataset) -> tuple[str, ...]:
    """All licences of a dataset and its annotations, from card and registry."""
    stated = [dataset.license, dataset.annotations.license if dataset.annotations else ""]
    registered = [licence for known in known_datasets(dataset) for licence in (known.license, known.annotations)]
    return tuple(dict.fromkeys(filter(None, stated + registered)))


def contradictions(dataset: Dataset) -> Iterator[Contradiction]:
    """Yield each field of a card that has a better value than the registry."""
    for known in known_datasets(dataset):
        if better_licence(dataset.license, known.license) and not states_annotation_licence(dataset, known):
            yield Contradiction(field="license", claimed=dataset.license, known=known.license, dataset=known)
        for field, order in RANKED_VALUES.items():
            claimed, fact = getattr(dataset, field), getattr(known, field)
            pair = [_EQUIVALENT.get(value, value) if field != "personal_data" else value for value in (claimed, fact)]
            if fact and claimed in order and order.index(pair[0]) < order.index(pair[1]):
                yield Contradiction(field=field, claimed=claimed, known=fact, dataset=known)


def states_annotation_licence(dataset: Dataset, known: KnownDataset) -> bool:
    """True if a card states the licence of the annotations as the licence of the images."""
    return bool(known.annotations) and not dataset.annotations and dataset.license == known.annotations


def better_licence(claimed: str, known: str) -> bool:
    """True if a claimed licence permits more than the known one, or omits its share-alike part."""
    ranks = {"open": 2, "share-alike": 2, "mixed": 1}
    claimed_rank, known_rank = (ranks.get(data_status(licence), 0) for licence in (claimed, known))
    share_alike = set(re.findall(r"\S+-SA-\S+", known))
    return claimed_rank > known_rank or (claimed_rank == known_rank == 2 and bool(share_alike - set(claimed.split())))


@lru_cache(maxsize=4096)
def _lookup(name: str, url: str) -> tuple[KnownDataset, ...]:
    runs, card_url = _WordRuns.of(_words(name)), _normalise_url(url)
    registry = _registry(schema_directory() / FILE)
    by_name = [entry for entry, names in registry if any(_contains_name(runs, alias) for alias in names)]
    by_url = [entry for entry, _ in registry if entry.url and _normalise_url(entry.url) == card_url]
    whole = [entry for entry in by_name if not any(_is_part_of(entry, other) for other in by_name)]
    return (*whole, *(entry for entry in by_url if entry not in by_name))


def _is_part_of(known: KnownDataset, other: KnownDataset) -> bool:
    """True if the name of one dataset is part of the name of another: KITTI in Virtual KITTI."""
    return known is not other and set(_words(known.name)) < set(_words(other.name))


@cache
def _registry(path: Path) -> Sequence[tuple[KnownDataset, tuple[tuple[str, ...], ...]]]:
    rows = json.loads(path.read_bytes())["datasets"]
    datasets = [KnownDataset(**{**row, "aliases": tuple(row.get("aliases", ()))}) for row in rows]
    return [(known, tuple(_words(name) for name in (known.name, *known.aliases))) for known in datasets]


def _words(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name[:_MAX_NAME_LENGTH])))


def _contains_name(runs: _WordRuns, name: Sequence[str]) -> bool:
    """True if a text contains a name, with any hyphenation; a short acronym must match in capitals."""
    joined = "".join(name)
    if len(joined) > 4 or not (joined.isalpha() and joined.isupper()):
        return joined.casefold() in runs.folded
    return joined in runs.exact or joined.casefold() == runs.whole


@dataclass(frozen=True, slots=True)
class _WordRuns:
    """All sequences of adjacent words of a text, joined without separators."""

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
