"""Search for many names in a text, through hyphenation, case, look-alikes and attached digits."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from dtmodels.card.look_alikes import letter_as_seen

_MAX_LENGTH = 8192
"""Longer texts are cut; the card reader rejects them anyway."""
_DIGIT_LIKE = str.maketrans("i1o0", "lloo")
"""Letters and digits that are mistaken for each other, in lower case."""
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_BEGINNING = 2
"""Letters by which names are looked up; no name is shorter."""


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a text, as the positions of its first character and after its last one."""

    name: str
    start: int
    end: int

    def is_inside(self, other: Found) -> bool:
        """Whether it is a part of a longer place."""
        inside = other.start <= self.start and self.end <= other.end
        return inside and self.end - self.start < other.end - other.start


@dataclass(frozen=True, slots=True)
class _Text:
    """The words of a text joined without anything between them, once in lower case and once as they stand."""

    folded: str
    exact: str
    starts: dict[int, int]
    """Position in the original text of each word, by its position in `folded`."""
    ends: dict[int, int]


class NameIndex:
    """Names, ready to be found in texts.

    A name is found however its words are separated: SA-1B, sa_1b and SA1B are one. It ends where a word ends, or where
    letters end and digits begin: LAION is found in laion2B, but not in pavilion. An acronym of up to four letters with
    a vowel has to stand in capitals, because many are words as well.

    Args:
        names: the names.
        capitals: the names that have to be written in the same capitals.
    """

    def __init__(self, names: Iterable[str], capitals: Collection[str] = ()) -> None:
        exact = {name: _read(name).exact for name in names}
        short = {name for name, joined in exact.items() if _is_acronym(joined)}
        cased = {name for name in exact if name in capitals or (name in short and _has_vowel(exact[name]))}
        capital = {name: _digits_as_letters(exact[name]) for name in exact if name in cased}
        self._long = _Names({name: _folded(exact[name]) for name in exact if name not in short | cased})
        self._short = _Names({name: _digits_as_letters(exact[name]).lower() for name in exact if name in short - cased})
        self._cased = _Names(capital)
        self._small = _Names({name: wanted.lower() for name, wanted in capital.items()})

    def find(self, text: str, *, any_case: bool = False) -> Iterator[Found]:
        """Yield the names in a text; with `any_case` acronyms in small letters too, as in a URL."""
        read = _read(text)
        capitals = _digits_as_letters(read.exact)
        small = capitals.lower()
        yield from self._long.occurrences(read, read.folded)
        yield from self._short.occurrences(read, small)
        if any_case:
            yield from self._small.occurrences(read, small)
        else:
            yield from (found for found in self._cased.occurrences(read, capitals) if not _is_whole(found, read))
            yield from (found for found in self._small.occurrences(read, small) if _is_whole(found, read))


class _Names:
    """Names by the letters they begin with, so that a text is compared with few of them at each of its words."""

    def __init__(self, wanted: Mapping[str, str]) -> None:
        self._by_beginning: dict[str, list[tuple[int, str, str]]] = {}
        for order, (name, letters) in enumerate(wanted.items()):
            self._by_beginning.setdefault(letters[:_BEGINNING], []).append((order, name, letters))

    def occurrences(self, read: _Text, joined: str) -> Iterator[Found]:
        """Yield the names that begin and end with a word of the text, in the order of the names."""
        found = []
        for start, position in read.starts.items():
            for order, name, letters in self._by_beginning.get(joined[start : start + _BEGINNING], ()):
                end = read.ends.get(start + len(letters))
                if end is not None and joined.startswith(letters, start):
                    found.append((order, position, Found(name, position, end)))
        return (one for _, _, one in sorted(found, key=lambda item: item[:2]))


def _is_whole(found: Found, read: _Text) -> bool:
    """Whether a name is the whole text; its capitals do not matter then."""
    return found.start == read.starts[0] and found.end == read.ends[len(read.exact)]


@lru_cache(maxsize=4096)
def _read(text: str) -> _Text:
    seen, positions = _seen_with_positions(text[:_MAX_LENGTH])
    exact, starts, ends = [], {}, {}
    length = 0
    for token in _TOKEN.finditer(seen):
        starts[length] = positions[token.start()]
        length += len(token[0])
        ends[length] = positions[token.end() - 1] + 1
        exact.append(token[0])
    joined = "".join(exact)
    return _Text(_folded(joined), joined, starts, ends)


def _seen_with_positions(text: str) -> tuple[str, range | list[int]]:
    """The text as a reader sees it, and the position in the original of each character."""
    if text.isascii():
        return text, range(len(text))
    seen, positions = [], []
    for position, character in enumerate(text):
        for letter in letter_as_seen(character):
            seen.append(letter)
            positions.append(position)
    return "".join(seen), positions


def _folded(joined: str) -> str:
    """Small letters, with one form for those that are mistaken for each other; as long as the text."""
    small = joined.lower()
    return small.translate(_DIGIT_LIKE) if len(small) == len(joined) else joined


def _is_acronym(name: str) -> bool:
    return len(name) <= 4 and name.isalpha() and name.isupper()


def _has_vowel(acronym: str) -> bool:
    return not set(acronym).isdisjoint("AEIOU")


def _digits_as_letters(text: str) -> str:
    return text.replace("0", "O")
