"""The registry of widely used datasets, `schema/datasets-v1.json`, and the search for their names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import unquote

from dtmodels.card.schemas import schema_directory
from dtmodels.openness.mentions import used
from dtmodels.openness.name_index import Found, NameIndex

FILE = "datasets-v1.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDataset:
    """One dataset of the registry; `datasets-v1.schema.json` documents the fields."""

    name: str
    license: str
    note: str
    source: str
    sure: str
    aliases: tuple[str, ...] = ()
    in_text: str = ""
    url: str = ""
    annotations: str = ""
    access: str = ""
    collection: str = ""
    personal_data: str = ""
    consent: str = ""
    reviewed: str = ""

    @property
    def shows_people_unasked(self) -> bool:
        """Whether it holds images of people that were collected without their consent."""
        return self.personal_data == "people" and self.collection in ("scraped", "mixed") and self.consent != "given"


@lru_cache(maxsize=4096)
def datasets_by_name(name: str, url: str) -> tuple[KnownDataset, ...]:
    """The entries that the name of a dataset contains, or that its URL names or equals."""
    card_url = _normalise_url(url)
    registry = _registry(schema_directory() / FILE)
    by_url = (known for known in registry.datasets if known.url and _normalise_url(known.url) == card_url)
    return tuple(dict.fromkeys([*registry.in_title(name), *by_url, *registry.in_url(url)]))


@lru_cache(maxsize=4096)
def datasets_in_text(text: str) -> tuple[tuple[KnownDataset, Found], ...]:
    """The entries that a running text states as a source, each with its place; see `mentions.used`."""
    return tuple(_registry(schema_directory() / FILE).in_prose(text))


@lru_cache(maxsize=4096)
def datasets_in_url(url: str) -> tuple[KnownDataset, ...]:
    """The entries that a URL names in its host or path."""
    return tuple(_registry(schema_directory() / FILE).in_url(url))


@dataclass(frozen=True, slots=True)
class _Registry:
    """The rows of the table with the indexes of their names."""

    datasets: tuple[KnownDataset, ...]
    by_name: Mapping[str, tuple[KnownDataset, ...]]
    titles: NameIndex
    prose: NameIndex

    def in_title(self, text: str) -> Iterator[KnownDataset]:
        """Entries whose name stands in the name of a dataset."""
        return (known for known, _ in self._places(used(text, self.titles.find(text))))

    def in_prose(self, text: str) -> Iterator[tuple[KnownDataset, Found]]:
        """Entries that a running text states as a source, each with its place."""
        return self._places(used(text, self.prose.find(text)))

    def in_url(self, url: str) -> Iterator[KnownDataset]:
        """Entries whose name stands in the host or path of a URL."""
        address = unquote(url).partition("://")[2]
        named = self._places(self.titles.find(address, any_case=True))
        return (known for known, _ in named if known.in_text != "never")

    def _places(self, names: Iterable[Found]) -> Iterator[tuple[KnownDataset, Found]]:
        """The entries for names; without those inside a longer name, as KITTI in Virtual KITTI."""
        places = list(names)
        for found in places:
            if not any(
                other.start <= found.start and found.end <= other.end and other.size > found.size for other in places
            ):
                yield from ((known, found) for known in self.by_name[found.name])


@cache
def _registry(path: Path) -> _Registry:
    rows = json.loads(path.read_bytes())["datasets"]
    datasets = tuple(KnownDataset(**{**row, "aliases": tuple(row.get("aliases", ()))}) for row in rows)
    by_name: dict[str, tuple[KnownDataset, ...]] = {}
    for known in datasets:
        for name in (known.name, *known.aliases):
            by_name[name] = (*by_name.get(name, ()), known)
    prose = [name for name, entries in by_name.items() if any(known.in_text != "never" for known in entries)]
    capitals = [name for name, entries in by_name.items() if any(known.in_text == "capitals" for known in entries)]
    return _Registry(datasets, by_name, NameIndex(by_name), NameIndex(prose, capitals))


def _normalise_url(url: str) -> str:
    return re.sub(r"^https?://(www\.)?|/+$", "", url.casefold())
