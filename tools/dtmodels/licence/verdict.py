"""Verdicts on licence expressions: compatibility of weights with a program under GPL-3.0-or-later.

Weights and program are treated as one work, which is the strictest reading. The best alternative of OR counts, and the
worst part of AND.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from dtmodels.licence.expression import And, Licence, Node, Or, parse
from dtmodels.licence.expression_problems import ExpressionProblem, expression_problems
from dtmodels.licence.table import LicenceRow, LicenceTable
from dtmodels.licence.tokens import LicenceError

Status = Literal["compatible", "conditional", "unlisted", "incompatible", "invalid"]
_ORDER: tuple[Status, ...] = ("compatible", "conditional", "unlisted", "incompatible", "invalid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The verdict on one part of an expression."""

    text: str
    start: int
    """Its first character in the expression, counted from 0; `end` is exclusive."""
    end: int
    status: Status
    how: Literal["licence", "and", "or"] = "licence"
    parts: tuple[Part, ...] = ()
    """Operands of AND or OR, in the order of the text."""
    row: LicenceRow | None = None
    """The row of a licence in the table; None if it has none."""
    reason: str = ""
    authority: str = ""
    url: str = ""

    def best_alternative(self) -> Part:
        """The first alternative with the best status."""
        return min(self.parts, key=lambda part: _ORDER.index(part.status))

    def leaves(self) -> Iterator[Part]:
        """Yield the licences of all alternatives, in the order of the text."""
        if self.how == "licence":
            yield self
        for part in self.parts:
            yield from part.leaves()

    def applicable(self) -> Iterator[Part]:
        """Yield the licences that apply after the best alternative of every OR is chosen."""
        if self.how == "or":
            yield from self.best_alternative().applicable()
        elif self.how == "licence":
            yield self
        for part in self.parts if self.how == "and" else ():
            yield from part.applicable()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The verdict on an expression."""

    expression: str
    status: Status
    tree: Part | None = None
    """The verdict on every part; None if the text is not an expression."""
    problems: tuple[ExpressionProblem, ...] = ()
    """Syntax errors, and unknown, deprecated or misspelt ids."""

    @property
    def applicable(self) -> tuple[Part, ...]:
        """The licences that apply after the best alternatives are chosen."""
        return tuple(self.tree.applicable()) if self.tree else ()

    @property
    def failing(self) -> tuple[Part, ...]:
        """The applicable licences that are not compatible."""
        return tuple(part for part in self.applicable if part.status != "compatible")

    @property
    def has_choice(self) -> bool:
        """Whether the recipient may choose between licences."""
        return self.tree is not None and _has_choice(self.tree)

    @property
    def chosen(self) -> str:
        """The expression with only its best alternatives; empty if it has no OR, or if none can be chosen."""
        return _chosen(self.tree) if self.tree and self.has_choice and self.status != "incompatible" else ""

    @property
    def refusing(self) -> tuple[Part, ...]:
        """The incompatible licences of an incompatible expression, those of every alternative."""
        leaves = self.tree.leaves() if self.tree and self.status == "incompatible" else ()
        return tuple(part for part in leaves if part.status == "incompatible")


def licence_verdict(expression: str, table: LicenceTable | None = None) -> Verdict:
    """Evaluate a licence expression. A text that is not an expression is `invalid`; nothing is raised."""
    return _cached_verdict(expression, table or LicenceTable.load())


@lru_cache(maxsize=4096)
def _cached_verdict(expression: str, table: LicenceTable) -> Verdict:
    problems = tuple(expression_problems(expression, table))
    try:
        tree = _part(parse(expression), expression, table)
    except LicenceError:
        return Verdict(expression=expression, status="invalid", problems=problems)
    invalid = any(problem.kind in ("invalid", "misfit") for problem in problems)
    return Verdict(expression=expression, status="invalid" if invalid else tree.status, tree=tree, problems=problems)


def _part(node: Node, expression: str, table: LicenceTable) -> Part:
    if isinstance(node, Licence):
        return _licence_part(node, expression, table)
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


def _licence_part(licence: Licence, expression: str, table: LicenceTable) -> Part:
    end = licence.exception.end if licence.exception else licence.end
    text = expression[licence.start : end]
    row, status = _deciding_row(licence, table)
    if row is None:
        reason = f"{text} has not been reviewed for this collection"
        return Part(text=text, start=licence.start, end=end, status=status, reason=reason)
    return Part(
        text=text,
        start=licence.start,
        end=end,
        status=status,
        row=row,
        reason=row.reason,
        authority=table.authorities[row.authority],
        url=row.url,
    )


def _deciding_row(licence: Licence, table: LicenceTable) -> tuple[LicenceRow | None, Status]:
    """The row and status of a licence; for a deprecated id, those of the worst licence it may mean."""
    if readings := table.deprecated.get(table.canonical(licence.text)):
        verdicts = [licence_verdict(reading, table) for reading in readings]
        worst = max(verdicts, key=lambda verdict: _ORDER.index(verdict.status))
        return worst.applicable[0].row, worst.status
    row = table.row(licence.id)
    if licence.exception:
        exception = table.canonical(licence.exception.text)
        pair = table.row(f"{licence.id} WITH {exception}")
        if pair or exception not in table.exceptions:
            return pair, pair.verdict if pair else "unlisted"
    return row, row.verdict if row else "unlisted"


def _has_choice(part: Part) -> bool:
    return part.how == "or" or any(_has_choice(inner) for inner in part.parts)


def _chosen(part: Part) -> str:
    if part.how == "licence":
        return part.text
    if part.how == "or":
        return _chosen(part.best_alternative())
    return " AND ".join(_chosen(inner) for inner in part.parts)
