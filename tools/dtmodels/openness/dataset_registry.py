"""The registry of widely used datasets, `schema/datasets-v1.json`, and the search for their names."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from dtmodels.card.schemas import schema_directory
from dtmodels.openness.name_index import Found
from dtmodels.openness.named_rows import NamedRows

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
    by_url = (known for known in _registry().rows if known.url and _normalise_url(known.url) == card_url)
    return tuple(dict.fromkeys([*_registry().in_title(name), *by_url, *_registry().in_url(url)]))


@lru_cache(maxsize=4096)
def datasets_in_text(text: str) -> tuple[tuple[KnownDataset, Found], ...]:
    """The entries that a running text states as a source, each with its place; see `mentions.used`."""
    return tuple(_registry().in_prose(text))


@lru_cache(maxsize=4096)
def datasets_in_url(url: str) -> tuple[KnownDataset, ...]:
    """The entries that a URL names in its host or path."""
    return tuple(_registry().in_url(url))


def dataset_named(name: str) -> KnownDataset:
    """The entry with exactly this name or alias; a test checks the names that other tables use.

    Raises:
        KeyError: there is none.
    """
    for known in _registry().named(name):
        return known
    raise KeyError(name)


@cache
def _registry() -> NamedRows[KnownDataset]:
    rows = json.loads((schema_directory() / FILE).read_bytes())["datasets"]
    return NamedRows([KnownDataset(**{**row, "aliases": tuple(row.get("aliases", ()))}) for row in rows])


def _normalise_url(url: str) -> str:
    return re.sub(r"^https?://(www\.)?|/+$", "", url.casefold())
