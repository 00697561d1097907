"""Rows of a reviewed table that are found by their names, in titles, running texts and URLs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar
from urllib.parse import unquote

from dtmodels.openness.mentions import used
from dtmodels.openness.name_index import Found, NameIndex


class NamedRow(Protocol):
    """A row with names."""

    @property
    def name(self) -> str:
        """Its usual name."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Its other names."""

    @property
    def in_text(self) -> str:
        """`capitals` or `never` if its names are common words; see the schema of the table."""


Row = TypeVar("Row", bound=NamedRow)


class NamedRows(Generic[Row]):
    """The rows of a table with the indexes of their names."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        self._by_name: dict[str, tuple[Row, ...]] = {}
        for row in rows:
            for name in (row.name, *row.aliases):
                self._by_name[name] = (*self._by_name.get(name, ()), row)
        self._titles = NameIndex(self._by_name)
        self._prose = NameIndex(self._names(""), set(self._names("capitals")))

    def _names(self, in_text: str) -> Iterator[str]:
        """The names that count in running texts; with an argument, only those that it describes."""
        for name, rows in self._by_name.items():
            if any(row.in_text == in_text if in_text else row.in_text != "never" for row in rows):
                yield name

    def named(self, name: str) -> tuple[Row, ...]:
        """The rows with exactly this name or alias."""
        return self._by_name.get(name, ())

    def in_title(self, text: str) -> Iterator[Row]:
        """The rows whose name stands in a title."""
        return (row for row, _ in self._places(used(text, self._titles.find(text))))

    def in_prose(self, text: str) -> Iterator[tuple[Row, Found]]:
        """The rows that a running text states as a source, each with its place."""
        return self._places(used(text, self._prose.find(text)))

    def in_url(self, url: str) -> Iterator[Row]:
        """The rows whose name stands in the host or path of a URL."""
        address = unquote(url).partition("://")[2]
        places = self._places(self._titles.find(address, any_case=True))
        return (row for row, _ in places if row.in_text != "never")

    def _places(self, names: Iterable[Found]) -> Iterator[tuple[Row, Found]]:
        """The rows for names; without those inside a longer name, as KITTI in Virtual KITTI."""
        places = list(names)
        whole = [found for found in places if not any(found.is_inside(other) for other in places)]
        rows = {(row.name, found.start): (row, found) for found in whole for row in self._by_name[found.name]}
        yield from rows.values()
