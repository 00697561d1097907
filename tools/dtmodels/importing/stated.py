"""Values that a foreign description states, each with its place there; what is read is remembered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dtmodels.importing.values import Document, find, parts
from dtmodels.yaml.document import FieldPath


@dataclass(frozen=True, slots=True)
class Stated:
    """A value for a card, with the remark that says where it comes from."""

    value: Any
    remark: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a document, and remembers which of its values were taken."""

    document: Document
    name: str
    """Name of the file, for values that only it states."""
    notes: list[str] = field(default_factory=list)
    """Remarks for the person who imports."""
    _taken: set[FieldPath] = field(default_factory=set)

    def peek(self, *path: str | int) -> str:
        """Return a text without taking it; empty if there is none."""
        value = find(self.document.texts, path)
        return " ".join(value.split()) if isinstance(value, str) else ""

    def text(self, *path: str | int) -> Stated | None:
        """Take a text, with single blanks between words; a number counts as its text. None if there is none."""
        value = find(self.document.texts, path)
        if isinstance(value, bool):
            value = json.dumps(value)
        if not isinstance(value, str) or not (words := " ".join(value.split())):
            return None
        self._taken.add(path)
        return Stated(words, place(path))

    def value(self, *path: str | int) -> Stated | None:
        """Take a value of any type, parts included; None if it is missing or null."""
        value = find(self.document.values, path)
        if value is None:
            return None
        self._taken.add(path)
        return Stated(value, place(path))

    def integer(self, *path: str | int) -> Stated | None:
        """Take a positive integer; None if there is none."""
        value = find(self.document.values, path)
        return self.value(*path) if type(value) is int and value > 0 else None

    def mapping(self, *path: str | int) -> Stated | None:
        """Take a mapping; None if there is none."""
        return self.value(*path) if isinstance(find(self.document.values, path), dict) else None

    def texts(self, *path: str | int) -> list[Stated]:
        """Take a text, or all texts of a list, in order."""
        if one := self.text(*path):
            return [one]
        return [stated for index in range(self.count(*path)) if (stated := self.text(*path, index))]

    def count(self, *path: str | int) -> int:
        """Return the length of a list; 0 if there is none."""
        value = find(self.document.values, path)
        return len(value) if isinstance(value, list) else 0

    def has(self, *names: str) -> list[str]:
        """Return those of the names that the top level has."""
        values = self.document.values
        return [name for name in names if isinstance(values, dict) and name in values]

    def left_over(self) -> Iterator[tuple[FieldPath, Any]]:
        """Yield the values that were not taken."""
        for path, value in parts(self.document.values, self._is_untouched):
            if not any(path[:length] in self._taken for length in range(len(path) + 1)):
                yield path, value

    def _is_untouched(self, path: FieldPath) -> bool:
        return not any(taken[: len(path)] == path for taken in self._taken)


def place(path: FieldPath) -> str:
    """Return a path as `checkpoints[0].url`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
