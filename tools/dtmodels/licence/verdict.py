"""Judge an expression: may weights under it be distributed for use with a program under GPL-3.0-or-later?

They are judged as strictly as if they and the program were one work. Of alternatives the best counts, of parts that
hold together the worst.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from dtmodels.licence.expression import And, Name, Node, Or, parse
from dtmodels.licence.expression_problems import ExpressionProblem, problems
from dtmodels.licence.table import Row, Table
from dtmodels.licence.tokens import LicenceError

Status = Literal["compatible", "conditional", "unlisted", "incompatible", "invalid"]
_ORDER: tuple[Status, ...] = ("compatible", "conditional", "unlisted", "incompatible", "invalid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The verdict on one part of an expression."""

    text: str
    start: int
    """Its first character in the expression, counted from 0."""
    end: int
    status: Status
    how: Literal["licence", "and", "or"] = "licence"
    parts: tuple[Part, ...] = ()
    """Parts of a union or a choice, in the order of the text."""
    row: Row | None = None
    """What the table says of a licence; None where it says nothing."""
    reason: str = ""
    authority: str = ""
    url: str = ""

    def best(self) -> Part:
        """The alternative that counts: the first of the best."""
        return min(self.parts, key=lambda part: _ORDER.index(part.status))

    def standing(self) -> Iterator[Part]:
        """The licences that hold once the best alternative is chosen everywhere."""
        if self.how == "or":
            yield from self.best().standing()
        elif self.how == "licence":
            yield self
        for part in self.parts if self.how == "and" else ():
            yield from part.standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The verdict on an expression."""

    expression: str
    status: Status
    tree: Part | None = None
    """The verdict on every part; None when the text is no expression."""
    problems: tuple[ExpressionProblem, ...] = ()
    """What is wrong with its words: why it is invalid, and deprecated or misspelt ids."""

    @property
    def standing(self) -> tuple[Part, ...]:
        """The licences that hold, the best alternative chosen."""
        return tuple(self.tree.standing()) if self.tree else ()

    @property
    def failing(self) -> tuple[Part, ...]:
        """The licences that keep the expression from being compatible."""
        return tuple(part for part in self.standing if part.status != "compatible")

    @property
    def chosen(self) -> str:
        """The expression with only the best alternatives left; empty when it offers none."""
        return _chosen(self.tree) if self.tree and _offers(self.tree) else ""


def judge(expression: str, table: Table | None = None) -> Verdict:
    """The verdict on a licence expression; a text that is none is `invalid`, and nothing is raised."""
    return _judged(expression, table or Table.load())


@lru_cache(maxsize=4096)
def _judged(expression: str, table: Table) -> Verdict:
    found = tuple(problems(expression, table))
    try:
        tree = _part(parse(expression), expression, table)
    except LicenceError:
        return Verdict(expression=expression, status="invalid", problems=found)
    wrong = any(problem.kind in ("invalid", "misfit") for problem in found)
    return Verdict(expression=expression, status="invalid" if wrong else tree.status, tree=tree, problems=found)


def _part(node: Node, expression: str, table: Table) -> Part:
    if isinstance(node, Name):
        return _licence(node, expression, table)
    parts = tuple(_part(part, expression, table) for part in node.parts)
    pick = min if isinstance(node, Or) else max
    return Part(
        text=expression[node.start : node.end],
        start=node.start,
        end=node.end,
        status=pick((part.status for part in parts), key=_ORDER.index),
        how="and" if isinstance(node, And) else "or",
        parts=parts,
    )


def _licence(name: Name, expression: str, table: Table) -> Part:
    end = name.exception.end if name.exception else name.end
    text = expression[name.start : end]
    row, status = _row(name, table)
    if row is None:
        reason = f"nobody has reviewed {text} for this collection"
        return Part(text=text, start=name.start, end=end, status=status, reason=reason)
    return Part(
        text=text,
        start=name.start,
        end=end,
        status=status,
        row=row,
        reason=row.reason,
        authority=table.authorities[row.authority],
        url=row.url,
    )


def _row(name: Name, table: Table) -> tuple[Row | None, Status]:
    """The row that decides for a licence. Of several readings of a deprecated id it is the worst."""
    if readings := table.deprecated.get(table.canonical(name.text)):
        rulings = [judge(reading, table) for reading in readings]
        worst = max(rulings, key=lambda verdict: _ORDER.index(verdict.status))
        return worst.standing[0].row, worst.status
    found = table.row(name.id)
    if name.exception:
        exception = table.canonical(name.exception.text)
        pair = table.row(f"{name.id} WITH {exception}")
        if pair or exception not in table.exceptions:
            return pair, pair.verdict if pair else "unlisted"
    return found, found.verdict if found else "unlisted"


def _offers(part: Part) -> bool:
    return part.how == "or" or any(_offers(inner) for inner in part.parts)


def _chosen(part: Part) -> str:
    if part.how == "licence":
        return part.text
    if part.how == "or":
        return _chosen(part.best())
    return " AND ".join(_chosen(inner) for inner in part.parts)
