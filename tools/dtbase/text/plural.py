"""Singular and plural forms of a counted noun."""

from __future__ import annotations


def pluralise(count: int, noun: str) -> str:
    """Return `1 error`, `2 errors`; only for nouns whose plural ends in s."""
    return f"{count} {noun}{'s' * (count != 1)}"
