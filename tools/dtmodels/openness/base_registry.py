"""The registry of models that others are derived from, `schema/base-models-v1.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from urllib.parse import unquote

from dtmodels.card.schemas import schema_directory
from dtmodels.openness.name_index import Found
from dtmodels.openness.named_rows import NamedRows

FILE = "base-models-v1.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBase:
    """One model of the registry; `base-models-v1.schema.json` documents the fields."""

    name: str
    license: str
    note: str
    source: str
    sure: str
    reviewed: str
    aliases: tuple[str, ...] = ()
    in_text: str = ""
    addresses: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    undisclosed: bool = False


@lru_cache(maxsize=4096)
def bases_by_name(name: str, url: str) -> tuple[KnownBase, ...]:
    """The entries for a base model: that of its address, or those that its name contains."""
    return bases_at(url) or tuple(dict.fromkeys(_registry().in_title(name)))


@lru_cache(maxsize=4096)
def bases_in_text(text: str) -> tuple[tuple[KnownBase, Found], ...]:
    """The entries that a running text names, each with its place; not those that it excludes or compares with."""
    return tuple(_registry().in_prose(text))


def bases_at(url: str) -> tuple[KnownBase, ...]:
    """The entry with the longest address that a URL begins with; empty if there is none."""
    address = unquote(url).casefold().partition("://")[2].removeprefix("www.")
    found = [
        (len(start), known) for known in _registry().rows for start in known.addresses if address.startswith(start)
    ]
    return (max(found, key=lambda pair: pair[0])[1],) if found else ()


@cache
def _registry() -> NamedRows[KnownBase]:
    rows = json.loads((schema_directory() / FILE).read_bytes())["models"]
    lists = ("aliases", "addresses", "data")
    return NamedRows([KnownBase(**{**row, **{key: tuple(row.get(key, ())) for key in lists}}) for row in rows])
