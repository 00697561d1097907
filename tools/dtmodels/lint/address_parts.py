"""The reviewed table of parts of addresses, `schema/addresses-v1.json`."""

from __future__ import annotations

import json
from functools import cache
from typing import Literal

from dtmodels.card.schemas import schema_directory

FILE = "addresses-v1.json"
Kind = Literal["moving-word", "shortener", "private-suffix", "address-in-name", "secret-parameter", "known-host"]


@cache
def address_parts(kind: Kind) -> frozenset[str]:
    """The parts of one kind, in lower case."""
    return frozenset(row["name"] for row in _rows() if row["kind"] == kind)


@cache
def _rows() -> tuple[dict[str, str], ...]:
    return tuple(json.loads((schema_directory() / FILE).read_bytes())["rows"])
