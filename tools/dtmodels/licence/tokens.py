"""The words of a licence expression, each with its place, before anybody asks how they belong together."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

MOST_CHARACTERS = 512
MOST_WORDS = 64
_WORD = re.compile(r"[()]|[^ \t()]+")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*\+?")
_ELSEWHERE = re.compile(r"(DocumentRef|AdditionRef)-|:", re.IGNORECASE)
OPERATORS = ("AND", "OR", "WITH")
_SIGNS = {"/": "OR", "|": "OR", "||": "OR", ",": "AND or OR", ";": "AND or OR", "&": "AND", "&&": "AND"}


class LicenceError(Exception):
    """A text that is no licence expression: why, in which of its characters, and what to write instead."""

    def __init__(self, what: str, start: int, end: int, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.start = start
        """First character it is about, counted from 0."""
        self.end = end
        self.fix = fix


class Word(NamedTuple):
    """One word or bracket of an expression."""

    text: str
    start: int
    end: int


def words(expression: str) -> tuple[Word, ...]:
    """The words and brackets of an expression, each well formed by itself.

    Raises:
        LicenceError: the text is too long, or a word can be neither an id nor an operator.
    """
    if len(expression) > MOST_CHARACTERS:
        what = f"the expression has {len(expression)} characters, more than {MOST_CHARACTERS}"
        raise LicenceError(what, MOST_CHARACTERS, len(expression), "shorten it")
    found = tuple(Word(match[0], match.start(), match.end()) for match in _WORD.finditer(expression))
    for word in found:
        _well_formed(word)
    if len(found) > MOST_WORDS:
        what = f"the expression has {len(found)} words and brackets, more than {MOST_WORDS}"
        raise LicenceError(what, found[MOST_WORDS].start, found[-1].end, "shorten it")
    return found


def _well_formed(word: Word) -> None:
    if word.text in ("(", ")") or _ID.fullmatch(word.text):
        if _ELSEWHERE.match(word.text):
            fix = "name the licence by its SPDX id, or by LicenseRef-"
            raise wrong(word, f"'{shown(word.text)}' points into another document", fix)
        return
    for offset, character in enumerate(word.text):
        if not character.isascii():
            place = Word(character, word.start + offset, word.start + offset + 1)
            raise wrong(place, f"{_named(character)} is not ASCII", _plain(word.text))
    if _ELSEWHERE.search(word.text):
        fix = "name the licence by its SPDX id, or by LicenseRef-"
        raise wrong(word, f"'{shown(word.text)}' points into another document", fix)
    sign = next((sign for sign in sorted(_SIGNS, key=len, reverse=True) if sign in word.text), None)
    if sign:
        offset = word.start + word.text.index(sign)
        raise LicenceError(f"'{sign}' is no operator", offset, offset + len(sign), f"write {_SIGNS[sign]}")
    raise wrong(word, f"'{shown(word.text)}' cannot be a licence id", "ids have letters, digits, dots and hyphens only")


def _named(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} ({name})" if name else f"U+{ord(character):04X}"


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return f"write {shown(plain)}" if plain.isascii() and _ID.fullmatch(plain) else "type it on a plain keyboard"


def shown(text: str) -> str:
    """A text short enough for a message."""
    return text if len(text) <= 40 else f"{text[:37]}..."


def wrong(word: Word, what: str, fix: str) -> LicenceError:
    """The error about one word."""
    return LicenceError(what, word.start, word.end, fix)
