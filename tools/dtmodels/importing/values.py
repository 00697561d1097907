"""Values of a foreign description: typed, and as written, so that version 1.10 does not become 1.1."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dtbase.system.errors import Failure
from dtmodels.yaml.document import HIDDEN_CHARACTERS, MAX_CHARACTERS, FieldPath

MAX_DEPTH = 24
"""Deepest nesting: a card has at most 32 levels, and a value may stand three levels deeper there."""
MAX_KEY_CHARACTERS = 200
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Halves of a character, which no file can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed description."""

    values: Any
    """Mappings, lists, texts, numbers, booleans and None."""
    texts: Any
    """The same, with numbers and booleans as the text in the file."""
    comments: tuple[tuple[int, str], ...] = ()
    """Comments in the file, each with its line."""
    body: str = ""
    """Text after the front matter of a page."""


def check_limits(value: Any, where: str, at: FieldPath = ()) -> None:
    """Check that a card can hold the value.

    Raises:
        Failure: it is nested too deeply, or a text or key is too long or has invisible characters.
    """
    place = f"{where}: {'.'.join(map(str, at))}".encode(errors="backslashreplace").decode() if at else where
    if len(at) > MAX_DEPTH:
        raise Failure(f"nested deeper than {MAX_DEPTH} levels", where=where, fix="reduce the nesting")
    if isinstance(value, str):
        _check_text(value, MAX_CHARACTERS, place)
    for key, inner in _items(value):
        if isinstance(key, str):
            _check_text(key, MAX_KEY_CHARACTERS, place)
        check_limits(inner, where, (*at, key))


def _check_text(text: str, most: int, place: str) -> None:
    if len(text) > most:
        raise Failure(f"has a text of {len(text)} characters, more than {most}", where=place, fix="shorten it")
    if hidden := HIDDEN_CHARACTERS.search(text) or _SURROGATE.search(text):
        raise Failure(f"character U+{ord(hidden[0]):04X} is invisible", where=place, fix="remove it")


def find(value: Any, path: FieldPath) -> Any:
    """Return the value at a path; None if there is none."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def parts(value: Any, whole: Callable[[FieldPath], bool], at: FieldPath = ()) -> Iterator[tuple[FieldPath, Any]]:
    """Yield values with their paths: lists and mappings without further parts in one piece, others part by part.

    Args:
        value: the value.
        whole: whether a list or mapping may stay in one piece.
        at: its path.
    """
    inner = list(_items(value))
    if not inner or (at and whole(at) and not any(isinstance(part, dict | list) and part for _, part in inner)):
        yield at, value
        return
    for key, part in inner:
        yield from parts(part, whole, (*at, key))


def _items(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)
