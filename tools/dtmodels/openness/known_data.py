"""What card and registry say about a dataset: the worse value of each fact, and where they contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dtmodels.card.model import Dataset
from dtmodels.licence.free_text import expression_from_text
from dtmodels.licence.openness import data_status
from dtmodels.licence.table import LicenceTable
from dtmodels.openness.dataset_registry import KnownDataset, datasets_by_name, datasets_in_text

RANKED_VALUES: dict[str, tuple[str, ...]] = {
    "access": ("public", "on-request", "restricted", "undisclosed"),
    "collection": ("photographed", "synthetic", "licensed", "mixed", "scraped", "undisclosed"),
    "personal_data": ("none", "incidental", "people"),
    "consent": ("given", "not-needed", "unknown", "none"),
}
"""The values of each field, best first."""
_EQUIVALENT = {"synthetic": "photographed", "licensed": "photographed", "none": "unknown"}
"""Values of `collection` and `consent` that rank equally."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A field of a card with a better value than the registry has."""

    field: str
    claimed: str
    known: str
    dataset: KnownDataset


def known_datasets(dataset: Dataset) -> tuple[KnownDataset, ...]:
    """The registry entries of a card's dataset and of the data it was made from, by its name, URL and provenance."""
    named, sources = datasets_by_name(dataset.name, dataset.url), datasets_in_text(dataset.provenance)
    return tuple(dict.fromkeys([*named, *(known for known, _ in sources)]))


def stated_values(dataset: Dataset, field: str) -> tuple[str, ...]:
    """The values that card and registry give for a field of `RANKED_VALUES`.

    A part of another dataset inherits everything but its access: it may have been published elsewhere.
    """
    known = datasets_by_name(dataset.name, dataset.url) if field == "access" else known_datasets(dataset)
    return tuple(filter(None, (getattr(dataset, field), *(getattr(entry, field) for entry in known))))


def worst_value(dataset: Dataset, field: str) -> str:
    """The worst value that card and registry give for a field of `RANKED_VALUES`."""
    order = RANKED_VALUES[field]
    values = (value for value in stated_values(dataset, field) if value in order)
    return max(values, key=order.index, default=order[-1])


def known_licences(dataset: Dataset) -> tuple[str, ...]:
    """All licences of a dataset and its annotations, from card and registry."""
    stated = [dataset.license, dataset.annotations.license if dataset.annotations else ""]
    registered = [licence for known in known_datasets(dataset) for licence in (known.license, known.annotations)]
    return tuple(dict.fromkeys(filter(None, stated + registered)))


def contradictions(dataset: Dataset) -> Iterator[Contradiction]:
    """Yield each field of a card that has a better value than the registry."""
    named = datasets_by_name(dataset.name, dataset.url)
    for known in known_datasets(dataset):
        if better_licence(dataset.license, known.license) and not states_annotation_licence(dataset, known):
            yield Contradiction(field="license", claimed=dataset.license, known=known.license, dataset=known)
        for field, order in RANKED_VALUES.items():
            claimed, fact = getattr(dataset, field), getattr(known, field)
            pair = [_EQUIVALENT.get(value, value) if field != "personal_data" else value for value in (claimed, fact)]
            own = field != "access" or known in named
            if own and fact and claimed in order and order.index(pair[0]) < order.index(pair[1]):
                yield Contradiction(field=field, claimed=claimed, known=fact, dataset=known)


def states_annotation_licence(dataset: Dataset, known: KnownDataset) -> bool:
    """True if a card states the licence of the annotations as the licence of the images."""
    return bool(known.annotations) and not dataset.annotations and dataset.license == known.annotations


def better_licence(claimed: str, known: str) -> bool:
    """True if a claimed licence permits more than the known one, or omits its share-alike part."""
    ranks = {"open": 2, "share-alike": 2, "mixed": 1}
    claimed_rank, known_rank = (ranks.get(data_status(licence), 0) for licence in (claimed, known))
    share_alike = set(re.findall(r"\S+-SA-\S+", known))
    words = set(expression_from_text(claimed, LicenceTable.load()).split())
    return claimed_rank > known_rank or (claimed_rank == known_rank == 2 and bool(share_alike - words))
