"""Parser of SPDX licence expressions. It returns a tree whose nodes have their position in the text.

The grammar is SPDX 2.3 (annex D), with the lower-case operators of SPDX 3.0 (annex B). The parser does not check that
ids exist; the table does. The tree is never rewritten to a normal form, which can be exponentially larger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dtmodels.licence.tokens import OPERATORS, LicenceError, Token, abbreviate, token_error, tokenise

MAX_DEPTH = 12
UNSTATED = ("NOASSERTION", "NONE")
"""Ids that state that no licence is known. They cannot be combined with another licence."""


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence: its id, an optional `+`, and an optional exception after WITH.

    Positions of all nodes are character offsets from 0; `end` is exclusive.
    """

    id: str
    """As written, without `+`."""
    later: bool
    start: int
    end: int
    exception: Token | None = None

    @property
    def text(self) -> str:
        """The id as written, with `+`, without the exception."""
        return f"{self.id}+" if self.later else self.id


@dataclass(frozen=True, slots=True)
class And:
    """A conjunction: all parts apply."""

    parts: tuple[Node, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Or:
    """A disjunction: the recipient chooses one part."""

    parts: tuple[Node, ...]
    start: int
    end: int


Node = Licence | And | Or


@lru_cache(maxsize=4096)
def parse(expression: str) -> Node:
    """Parse a licence expression.

    Raises:
        LicenceError: the text is not a licence expression. No other exception is raised.
    """
    parser = _Parser(expression, tokenise(expression))
    node = parser.disjunction(1)
    parser.finish()
    _check_unstated_alone(node)
    return node


def leaves(node: Node) -> Iterator[Licence]:
    """Yield the licences of an expression, in the order of the text."""
    if isinstance(node, Licence):
        yield node
    else:
        for part in node.parts:
            yield from leaves(part)


class _Parser:
    """Recursive-descent parser; WITH binds tighter than AND, and AND tighter than OR."""

    def __init__(self, text: str, tokens: tuple[Token, ...]) -> None:
        self.text = text
        self.tokens = tokens
        self.next = 0

    def disjunction(self, depth: int) -> Node:
        parts = [self.conjunction(depth)]
        while self._operator() == "OR":
            self.next += 1
            parts.append(self.conjunction(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts), parts[0].start, parts[-1].end)

    def conjunction(self, depth: int) -> Node:
        parts = [self._part(depth)]
        while self._operator() == "AND":
            self.next += 1
            parts.append(self._part(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts), parts[0].start, parts[-1].end)

    def finish(self) -> None:
        if self.next == len(self.tokens):
            return
        token = self.tokens[self.next]
        if token.text == ")":
            raise token_error(token, "this closing bracket has no opening bracket", "delete it")
        before = self.tokens[self.next - 1].text
        if self._operator() == "WITH":
            raise token_error(token, "WITH does not follow a single licence", "write the exception after its licence")
        raise token_error(
            token,
            f"'{before}' is followed by '{abbreviate(token.text)}' without AND or OR",
            "write AND or OR between them",
        )

    def _part(self, depth: int) -> Node:
        token = self._take()
        if token.text == "(":
            if depth > MAX_DEPTH:
                raise token_error(token, f"brackets are nested deeper than {MAX_DEPTH} levels", "use fewer brackets")
            inner = self.disjunction(depth + 1)
            closing = self.tokens[self.next] if self.next < len(self.tokens) else None
            if closing is None:
                raise token_error(token, "this opening bracket has no closing bracket", "close it")
            if closing.text != ")":
                self.finish()
            self.next += 1
            return inner
        name = Licence(token.text.removesuffix("+"), token.text.endswith("+"), token.start, token.end)
        return self._with_exception(name) if self._operator() == "WITH" else name

    def _with_exception(self, name: Licence) -> Licence:
        self.next += 1
        token = self._take()
        if token.text == "(" or token.text.endswith("+"):
            raise token_error(token, "WITH is not followed by a single exception", "write one exception")
        return Licence(name.id, name.later, name.start, name.end, token)

    def _take(self) -> Token:
        if self.next == len(self.tokens):
            if not self.tokens:
                raise LicenceError("the expression is empty", 0, len(self.text), "write the licence")
            last = self.tokens[-1]
            raise token_error(
                last, f"the expression ends after '{last.text}'", "write the licence that follows, or delete it"
            )
        token = self.tokens[self.next]
        if token.text == ")" or self._operator():
            before = self.tokens[self.next - 1].text if self.next else ""
            where = f"between '{before}' and '{token.text}'" if before else f"before '{token.text}'"
            raise token_error(token, f"a licence is missing {where}", f"write it, or delete '{token.text}'")
        self.next += 1
        return token

    def _operator(self) -> str:
        """The next operator, in capitals; empty if the next token is not an operator."""
        if self.next == len(self.tokens):
            return ""
        text = self.tokens[self.next].text
        if text.upper() not in OPERATORS:
            return ""
        if text not in (text.upper(), text.lower()):
            raise token_error(self.tokens[self.next], f"'{text}' is not an operator", f"write {text.upper()}")
        return text.upper()


def _check_unstated_alone(node: Node) -> None:
    if isinstance(node, Licence) and not node.exception and not node.later:
        return
    for name in leaves(node):
        if name.id.upper() in UNSTATED:
            what = f"{name.id} cannot be combined with another licence"
            raise LicenceError(what, name.start, name.end, f"write {name.id.upper()} alone, or write the licence")
