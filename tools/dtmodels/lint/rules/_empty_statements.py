"""Texts that state nothing: `none`, in the languages of contributors; used by the rules about limitations.

The words are in `schema/empty-statements-v1.json`.
"""

from __future__ import annotations

import json
from functools import cache

from dtmodels.card.schemas import schema_directory
from dtmodels.lint.rules._data import normalised

FILE = "empty-statements-v1.json"


def states_nothing(text: str) -> bool:
    """True if a text has no word, or only words that say that nothing is stated or known."""
    return all(word in _words() for word in normalised(text).split())


@cache
def _words() -> frozenset[str]:
    rows = json.loads((schema_directory() / FILE).read_bytes())["rows"]
    return frozenset(part for row in rows for word in row["words"] for part in normalised(word).split())
