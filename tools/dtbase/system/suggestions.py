"""The nearest names, for messages that say what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest_names(name: str, known: Iterable[str], *, most: int = 3) -> list[str]:
    """The names in `known` most like `name`, best first; empty when none is near."""
    return difflib.get_close_matches(name, list(known), n=most, cutoff=0.5)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest of `known`, or lists them all when none is near."""
    known = sorted(known)
    if near := nearest_names(name, known):
        return f"did you mean {' or '.join(near)}?"
    return f"known: {', '.join(known)}" if known else "there are none"


def edit_distance(one: str, other: str) -> int:
    """How many letters have to be added, left out or exchanged to turn one name into the other."""
    row = list(range(len(other) + 1))
    for count, letter in enumerate(one, 1):
        before = row
        row = [count]
        for place, wanted in enumerate(other, 1):
            row.append(min(row[-1] + 1, before[place] + 1, before[place - 1] + (letter != wanted)))
    return row[-1]
