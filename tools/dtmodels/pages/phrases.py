"""Phrases that several generated pages share."""

from __future__ import annotations

import json
from pathlib import Path

from dtmodels.openness.proof import Derivation
from dtmodels.release.releases_index import INDEX_FILE

UNPUBLISHED = "approved for release; no release is published yet"
"""Meaning of the status `released` in a repository whose index lists no release."""


def has_no_release(root: Path) -> bool:
    """True where `releases-index.json` of the repository exists and lists no release.

    Rule IDX001 reports an index that cannot be read.
    """
    try:
        index = json.loads((root / INDEX_FILE).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(index, dict) and index.get("compatible_releases") == {}


def claimed_class(claimed: str, derived: Derivation) -> str:
    """The class that a card claims, and the class that its facts support where that is another one."""
    if claimed == derived.level:
        return claimed
    if derived.rank(claimed) > derived.rank(derived.level):
        return f"claimed {claimed}; only {derived.level} is supported"
    return f"claimed {claimed}; {derived.level} would be supported"
