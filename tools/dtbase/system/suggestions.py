"""Suggestions for mistyped names, used in error messages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest_names(name: str, known: Iterable[str], *, limit: int = 3) -> list[str]:
    """Return the names in `known` that are most similar to `name`, best first; empty when none is similar.

    Names that differ only in capitals count as equal.
    """
    spellings = {spelling.lower(): spelling for spelling in known}
    return [spellings[match] for match in difflib.get_close_matches(name.lower(), spellings, n=limit, cutoff=0.5)]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a sentence that suggests similar names of `known`, or lists them all when none is similar."""
    known = sorted(known)
    if similar := nearest_names(name, known):
        return f"did you mean {' or '.join(similar)}?"
    return f"known: {', '.join(known)}" if known else "there are none"


def edit_distance(first: str, second: str) -> int:
    """Return the Levenshtein distance of two names: insertions, deletions and substitutions."""
    row = list(range(len(second) + 1))
    for count, letter in enumerate(first, 1):
        previous = row
        row = [count]
        for column, target in enumerate(second, 1):
            row.append(min(row[-1] + 1, previous[column] + 1, previous[column - 1] + (letter != target)))
    return row[-1]
