"""Words of a text with what they mean for the likeness of people, by the table `schema/likeness-v1.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from dtmodels.card.look_alikes import as_seen
from dtmodels.card.schemas import schema_directory

FILE = "likeness-v1.json"
_SENTENCE_END = re.compile(r"[.;:!?](?=\s|$)|[。；：！？\n|]")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")
_TOKEN = re.compile(
    rf"(?P<unspaced>{_UNSPACED.pattern})|(?P<word>[^\W_]+)(?P<possessive>['’]s\b|(?<=s)['’](?=\s))?"
    r"|(?P<comma>[,，、()])"
)
_UNSPACED_LANGUAGES = frozenset(("zh", "ja"))
"""Chinese and Japanese share characters, so their entries are one vocabulary."""
_LONGEST_PHRASE = 4
"""Words of the longest entry of the table, and more than enough for the characters of an unspaced one."""
_LONGEST_UNSPACED = 10


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase of a sentence, as a place in the text."""

    text: str
    start: int
    end: int
    concepts: Mapping[str, frozenset[str]]
    """What it means, each with the languages in which it does."""
    possessive: bool = False
    unspaced: bool = False

    def means(self, *concepts: str) -> bool:
        """Whether it means one of these."""
        return any(concept in self.concepts for concept in concepts)

    def languages(self, *concepts: str) -> frozenset[str]:
        """The languages in which it means one of these."""
        return frozenset[str]().union(*(self.concepts.get(concept, frozenset()) for concept in concepts))


COMMA = "comma"


def sentences(text: str) -> Iterator[tuple[Word, ...]]:
    """Yield the words of each sentence; commas and brackets are words with the concept `COMMA`."""
    start = 0
    for end in [*(match.start() for match in _SENTENCE_END.finditer(text)), len(text)]:
        if words := tuple(_words(text[start:end], start)):
            yield words
        start = end + 1


def _words(sentence: str, offset: int) -> Iterator[Word]:
    tokens = list(_TOKEN.finditer(sentence))
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token["unspaced"]:
            yield from _unspaced_words(token[0], token.start() + offset)
        elif token["comma"]:
            yield Word(token[0], token.start() + offset, token.end() + offset, {COMMA: frozenset()})
        else:
            count, concepts = _longest_phrase(tokens[position : position + _LONGEST_PHRASE])
            last = tokens[position + count - 1]
            text = sentence[token.start() : last.end()]
            yield Word(text, token.start() + offset, last.end() + offset, concepts, bool(last["possessive"]))
            position += count - 1
        position += 1


def _longest_phrase(tokens: list[re.Match[str]]) -> tuple[int, Mapping[str, frozenset[str]]]:
    """Number and concepts of the first words that form an entry of the table; one word without concepts if none do."""
    words = [_folded(token["word"]) if token["word"] else "" for token in tokens]
    for count in range(len(words), 0, -1):
        if all(words[:count]) and (concepts := _vocabulary().look_up(" ".join(words[:count]))):
            return count, concepts
    return 1, {}


def _unspaced_words(run: str, offset: int) -> Iterator[Word]:
    """The entries in a run of Chinese or Japanese characters, longest first; characters between have no meaning."""
    position = 0
    while position < len(run):
        size, concepts = next(
            (
                (size, concepts)
                for size in range(min(_LONGEST_UNSPACED, len(run) - position), 0, -1)
                if (concepts := _vocabulary().look_up(_folded(run[position : position + size])))
            ),
            (1, {}),
        )
        start, end = position + offset, position + size + offset
        yield Word(run[position : position + size], start, end, concepts, unspaced=True)
        position += size


@lru_cache(maxsize=8192)
def _folded(word: str) -> str:
    return as_seen(word.casefold())


class _Vocabulary:
    """The entries of the table: whole words, beginnings (`swap*`) and parts (`*mask*`)."""

    def __init__(self, concepts: Mapping[str, Mapping[str, list[str]]]) -> None:
        self._whole: dict[str, dict[str, set[str]]] = {}
        self._beginnings: dict[str, dict[str, set[str]]] = {}
        self._parts: dict[str, dict[str, set[str]]] = {}
        for concept, languages in concepts.items():
            for language, entries in languages.items():
                for entry in entries:
                    kind = self._parts if entry[0] == "*" else self._beginnings if entry[-1] == "*" else self._whole
                    folded = _folded(entry.strip("*"))
                    kind = self._whole if _UNSPACED.match(folded) else kind
                    kind.setdefault(folded, {}).setdefault(concept, set()).add(language)

    @lru_cache(maxsize=16384)  # noqa: B019 - there is one vocabulary
    def look_up(self, word: str) -> Mapping[str, frozenset[str]]:
        """The concepts of a folded word or phrase."""
        found: dict[str, set[str]] = {}
        entries = [self._whole.get(word, {})]
        last = word.rfind(" ") + 2
        entries += [self._beginnings.get(word[:size], {}) for size in range(last, len(word) + 1)]
        if len(word) > 8 and " " not in word:
            entries += [concepts for part, concepts in self._parts.items() if part in word]
        for concepts in entries:
            for concept, languages in concepts.items():
                found.setdefault(concept, set()).update(languages)
        unspaced = _UNSPACED.match(word)
        return {concept: _UNSPACED_LANGUAGES if unspaced else frozenset(found[concept]) for concept in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A combination of concepts that describes the imitation of people."""

    kind: str
    """What a model does that is described so."""
    relation: str
    """How the concepts belong together; the schema of the table describes them."""
    concepts: tuple[tuple[str, ...], ...]
    """For each word its alternative concepts; the first is the action."""
    sure: bool
    unless: tuple[str, ...] = ()
    """Concepts with which a sentence describes ordinary editing instead."""


@cache
def _table() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((schema_directory() / FILE).read_bytes())
    return content


@cache
def _vocabulary() -> _Vocabulary:
    return _Vocabulary(_table()["concepts"])


@cache
def patterns() -> tuple[Pattern, ...]:
    """The patterns of the table."""
    return tuple(
        Pattern(
            kind=row["kind"],
            relation=row["relation"],
            concepts=tuple(tuple(alternatives.split("|")) for alternatives in row["concepts"]),
            sure=row["sure"],
            unless=tuple(row.get("unless", ())),
        )
        for row in _table()["patterns"]
    )
