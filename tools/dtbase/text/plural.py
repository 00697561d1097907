"""Numbers of things, in words."""

from __future__ import annotations


def pluralise(count: int, thing: str) -> str:
    """`1 error`, `2 errors`: for things whose plural ends in s."""
    return f"{count} {thing}{'s' * (count != 1)}"
