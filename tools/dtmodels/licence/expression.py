"""SPDX licence expressions as trees, each part with its place in the text.

The grammar is that of SPDX 2.3 (annex D) with the all-lower-case operators of SPDX 3.0 (annex B). What the ids stand
for, and whether they exist, is the work of the table. The tree is judged as it stands: other forms of an expression
can be exponentially larger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dtmodels.licence.tokens import OPERATORS, LicenceError, Word, shown, words, wrong

MOST_DEPTH = 12
UNSTATED = ("NOASSERTION", "NONE")
"""Words that say that no licence is known. They stand alone."""


@dataclass(frozen=True, slots=True)
class Name:
    """One licence: its id, whether `+` follows, and the exception after WITH."""

    id: str
    """As written, without `+`."""
    later: bool
    start: int
    end: int
    exception: Word | None = None

    @property
    def text(self) -> str:
        """The id as written, `+` included and the exception left out."""
        return f"{self.id}+" if self.later else self.id


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold at once."""

    parts: tuple[Node, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Or:
    """Whoever receives the work chooses one of the parts."""

    parts: tuple[Node, ...]
    start: int
    end: int


Node = Name | And | Or


@lru_cache(maxsize=4096)
def parse(expression: str) -> Node:
    """The tree of a licence expression.

    Raises:
        LicenceError: it is none; never anything else, whatever the text.
    """
    reader = _Reader(expression, words(expression))
    node = reader.choice(1)
    reader.finish()
    _unstated_stands_alone(node)
    return node


def leaves(node: Node) -> Iterator[Name]:
    """The licences of an expression, in the order of the text."""
    if isinstance(node, Name):
        yield node
    else:
        for part in node.parts:
            yield from leaves(part)


class _Reader:
    """Recursive descent; OR binds least, then AND, then WITH."""

    def __init__(self, text: str, found: tuple[Word, ...]) -> None:
        self.text = text
        self.words = found
        self.next = 0

    def choice(self, depth: int) -> Node:
        parts = [self.union(depth)]
        while self._operator() == "OR":
            self.next += 1
            parts.append(self.union(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts), parts[0].start, parts[-1].end)

    def union(self, depth: int) -> Node:
        parts = [self._part(depth)]
        while self._operator() == "AND":
            self.next += 1
            parts.append(self._part(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts), parts[0].start, parts[-1].end)

    def finish(self) -> None:
        if self.next == len(self.words):
            return
        word = self.words[self.next]
        if word.text == ")":
            raise wrong(word, "a bracket closes here that was never opened", "delete it")
        before = self.words[self.next - 1].text
        if self._operator() == "WITH":
            raise wrong(word, "WITH follows something that is not one licence", "name the exception after its licence")
        raise wrong(
            word, f"'{before}' is followed by '{shown(word.text)}' without AND or OR", "write AND or OR between them"
        )

    def _part(self, depth: int) -> Node:
        word = self._take()
        if word.text == "(":
            if depth > MOST_DEPTH:
                raise wrong(word, f"brackets are nested deeper than {MOST_DEPTH}", "write it flatter")
            inner = self.choice(depth + 1)
            closing = self.words[self.next] if self.next < len(self.words) else None
            if closing is None:
                raise wrong(word, "the bracket that opens here is never closed", "close it")
            if closing.text != ")":
                self.finish()
            self.next += 1
            return inner
        name = Name(word.text.removesuffix("+"), word.text.endswith("+"), word.start, word.end)
        return self._with_exception(name) if self._operator() == "WITH" else name

    def _with_exception(self, name: Name) -> Name:
        self.next += 1
        word = self._take()
        if word.text == "(" or word.text.endswith("+"):
            raise wrong(word, "WITH is followed by something that is not one exception", "name one exception")
        return Name(name.id, name.later, name.start, name.end, word)

    def _take(self) -> Word:
        if self.next == len(self.words):
            if not self.words:
                raise LicenceError("the expression is empty", 0, len(self.text), "name the licence")
            last = self.words[-1]
            raise wrong(last, f"the expression ends after '{last.text}'", "name the licence that follows, or delete it")
        word = self.words[self.next]
        if word.text == ")" or self._operator():
            before = self.words[self.next - 1].text if self.next else ""
            where = f"between '{before}' and '{word.text}'" if before else f"before '{word.text}'"
            raise wrong(word, f"a licence is missing {where}", f"name it, or delete '{word.text}'")
        self.next += 1
        return word

    def _operator(self) -> str:
        """The operator that comes next, in capitals; empty when none does."""
        if self.next == len(self.words):
            return ""
        text = self.words[self.next].text
        if text.upper() not in OPERATORS:
            return ""
        if text not in (text.upper(), text.lower()):
            raise wrong(self.words[self.next], f"'{text}' is no operator", f"write {text.upper()}")
        return text.upper()


def _unstated_stands_alone(node: Node) -> None:
    if isinstance(node, Name) and not node.exception and not node.later:
        return
    for name in leaves(node):
        if name.id.upper() in UNSTATED:
            what = f"{name.id} stands beside another licence"
            raise LicenceError(what, name.start, name.end, f"write {name.id.upper()} alone, or name the licence")
