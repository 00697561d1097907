"""Licence expressions of a card and messages about their verdicts; used by the licence rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, NamedTuple

from dtbase.system.last_result import cache_last
from dtmodels.card.placeholders import is_placeholder
from dtmodels.licence import LicenceError, Part, Verdict, licence_verdict
from dtmodels.licence.expression import And, Licence, Node, Or, leaves, parse
from dtmodels.licence.expression_problems import ExpressionProblem, ProblemKind
from dtmodels.lint.rule import RuleResult, Subject
from dtmodels.yaml.document import FieldPath, SourceChange

WEIGHTS: FieldPath = ("license", "weights")
CHOSEN: FieldPath = ("license", "chosen")
PACKAGE: FieldPath = ("license", "package")
CODE: FieldPath = ("license", "code")
BASE: FieldPath = ("base_model", "license")
_SHIPPED = (WEIGHTS, CHOSEN, PACKAGE)


class Field(NamedTuple):
    """A licence expression of a card."""

    where: FieldPath
    text: str

    @property
    def shipped(self) -> bool:
        """Whether it is a licence of the package that darktable downloads."""
        return self.where in _SHIPPED


@cache_last
def licence_fields(subject: Subject) -> tuple[Field, ...]:
    """Every licence expression of a card, in the order of the file; without empty ones and placeholders."""
    stated = (Field(where, text) for where, text in subject.texts() if _is_expression(where))
    return tuple(field for field in stated if field.text.strip() and not is_placeholder(field.text))


def shipped_licences(subject: Subject) -> Iterator[tuple[FieldPath, Verdict]]:
    """Verdicts on the licences that darktable receives: of the weights, as chosen, and of the package.

    Invalid expressions are left out; LIC002 and LIC011 report them.
    """
    licences = subject.card.license
    chosen = is_choice(licences.weights, licences.chosen)
    stated = {CHOSEN if chosen else WEIGHTS: licences.chosen if chosen else licences.weights, PACKAGE: licences.package}
    for where, text in stated.items():
        if (
            text
            and text.strip()
            and not is_placeholder(text)
            and (verdict := licence_verdict(text)).status != "invalid"
        ):
            yield where, verdict


def licence_problems(subject: Subject, kind: ProblemKind) -> Iterator[tuple[Field, ExpressionProblem]]:
    """The problems of one kind in all licence expressions of a card."""
    for field in licence_fields(subject):
        for problem in licence_verdict(field.text).problems:
            if problem.kind == kind:
                yield field, problem


def to_result(
    field: Field, problem: ExpressionProblem, *, severity: Literal["error", "warning"] | None = None
) -> RuleResult:
    """The finding for a problem, at the characters it is about."""
    part = (problem.start, problem.end)
    return RuleResult(where=field.where, part=part, what=problem.what, fix=problem.fix, severity=severity)


def to_fixable_result(field: Field, problem: ExpressionProblem) -> RuleResult:
    """The finding for a problem, with an unsafe fix if only one meaning is possible."""
    result = to_result(field, problem)
    if len(problem.replacements) != 1:
        return result
    text = field.text[: problem.start] + problem.replacements[0] + field.text[problem.end :]
    return replace(result, change=SourceChange(kind="value", where=field.where, source=text))


def is_deprecated(verdict: Verdict, part: Part) -> bool:
    """Whether a part is a deprecated SPDX id."""
    return any(problem.kind == "deprecated" and problem.start == part.start for problem in verdict.problems)


def has_review(subject: Subject, part: Part) -> bool:
    """Whether the card has a review of a licence."""
    name = part.row.id if part.row else part.text
    return any(review.license.lower() in (name.lower(), part.text.lower()) for review in subject.card.license.reviews)


def reason_with_source(part: Part) -> str:
    """The reason for the verdict on a licence, and its authority."""
    return f"{part.reason} ({part.authority}: {part.url})" if part.url else part.reason


def is_choice(weights: str, chosen: str | None) -> bool:
    """Whether `chosen` picks one alternative of every choice in `weights`."""
    if not chosen:
        return False
    try:
        offered, selected = parse(weights), parse(chosen)
    except LicenceError:
        return False
    names = frozenset(_id(name) for name in leaves(selected))
    return _has(offered, Or) and not _has(selected, Or) and _covered(offered, names) == names


def _covered(node: Node, names: frozenset[str]) -> frozenset[str] | None:
    """The licences of `names` that `node` needs; None if it needs another one."""
    if isinstance(node, Licence):
        return frozenset((_id(node),)) if _id(node) in names else None
    parts = [_covered(part, names) for part in node.parts]
    if isinstance(node, And) and None in parts:
        return None
    covered = [part for part in parts if part is not None]
    return frozenset[str]().union(*covered) if covered else None


def _has(node: Node, kind: type[Node]) -> bool:
    return isinstance(node, kind) or (not isinstance(node, Licence) and any(_has(part, kind) for part in node.parts))


def _id(name: Licence) -> str:
    return f"{name.text} WITH {name.exception.text}".lower() if name.exception else name.text.lower()


_LICENCE_FIELDS = {"weights", "code", "chosen", "package"}


def _is_expression(where: FieldPath) -> bool:
    if "reviews" in where or "texts" in where:
        return False
    return where[-1] == "license" or (len(where) == 2 and where[0] == "license" and where[1] in _LICENCE_FIELDS)
