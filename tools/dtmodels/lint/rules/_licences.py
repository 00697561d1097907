"""What the licence rules share: where licences stand in a card, and how a verdict is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, NamedTuple

from dtmodels.licence import LicenceError, Part, Verdict, licence_verdict
from dtmodels.licence.expression import And, Licence, Node, Or, leaves, parse
from dtmodels.licence.expression_problems import ExpressionProblem, ProblemKind
from dtmodels.lint.placeholders import is_placeholder
from dtmodels.lint.rule import RuleResult, Subject
from dtmodels.yaml.document import Change, Where

WEIGHTS: Where = ("license", "weights")
CHOSEN: Where = ("license", "chosen")
PACKAGE: Where = ("license", "package")
CODE: Where = ("license", "code")
BASE: Where = ("base_model", "license")
_SHIPPED = (WEIGHTS, CHOSEN, PACKAGE)


class Field(NamedTuple):
    """A licence expression of a card."""

    where: Where
    text: str

    @property
    def shipped(self) -> bool:
        """Whether it is the licence of what darktable downloads."""
        return self.where in _SHIPPED


def fields(subject: Subject) -> Iterator[Field]:
    """Every licence expression of a card, in the order of the file; empty ones and placeholders left out."""
    for where, text in subject.texts():
        if _is_expression(where) and text.strip() and not is_placeholder(text):
            yield Field(where, text)


def shipped(subject: Subject) -> Iterator[tuple[Where, Verdict]]:
    """What darktable would get, judged: the weights under the licence chosen for them, and the package.

    What is no valid expression is left out; LIC002 and LIC011 speak of it.
    """
    found = subject.card.license
    chosen = is_choice(found.weights, found.chosen)
    stated = {CHOSEN if chosen else WEIGHTS: found.chosen if chosen else found.weights, PACKAGE: found.package}
    for where, text in stated.items():
        if (
            text
            and text.strip()
            and not is_placeholder(text)
            and (verdict := licence_verdict(text)).status != "invalid"
        ):
            yield where, verdict


def problems(subject: Subject, kind: ProblemKind) -> Iterator[tuple[Field, ExpressionProblem]]:
    """The problems of one kind in all licence expressions of a card."""
    for field in fields(subject):
        for problem in licence_verdict(field.text).problems:
            if problem.kind == kind:
                yield field, problem


def told(
    field: Field, problem: ExpressionProblem, *, severity: Literal["error", "warning"] | None = None
) -> RuleResult:
    """A problem as a remark at the word it is about."""
    part = (problem.start, problem.end)
    return RuleResult(where=field.where, part=part, what=problem.what, fix=problem.fix, severity=severity)


def corrected(field: Field, problem: ExpressionProblem) -> RuleResult:
    """A problem as a remark, with the correction where only one thing can be meant; a person has to agree to it."""
    remark = told(field, problem)
    if len(problem.replacements) != 1:
        return remark
    text = field.text[: problem.start] + problem.replacements[0] + field.text[problem.end :]
    return replace(remark, change=Change(kind="value", where=field.where, source=text))


def deprecated(verdict: Verdict, part: Part) -> bool:
    """Whether a part is an id that has several readings."""
    return any(found.kind == "deprecated" and found.start == part.start for found in verdict.problems)


def reviewed(subject: Subject, part: Part) -> bool:
    """Whether the card has a review of a licence."""
    name = part.row.id if part.row else part.text
    return any(review.license.lower() in (name.lower(), part.text.lower()) for review in subject.card.license.reviews)


def ruling(part: Part) -> str:
    """Why a licence is judged as it is, and who says so."""
    return f"{part.reason} ({part.authority}: {part.url})" if part.url else part.reason


def is_choice(weights: str, chosen: str | None) -> bool:
    """Whether `chosen` is what is left of `weights` once its alternatives are chosen from."""
    if not chosen:
        return False
    try:
        offer, taken = parse(weights), parse(chosen)
    except LicenceError:
        return False
    wanted = frozenset(_id(name) for name in leaves(taken))
    return _has(offer, Or) and not _has(taken, Or) and _taken(offer, wanted) == wanted


def _taken(node: Node, wanted: frozenset[str]) -> frozenset[str] | None:
    """The wanted licences an offer accounts for; None where it asks for another one."""
    if isinstance(node, Licence):
        return frozenset((_id(node),)) if _id(node) in wanted else None
    parts = [_taken(part, wanted) for part in node.parts]
    if isinstance(node, And) and None in parts:
        return None
    found = [part for part in parts if part is not None]
    return frozenset[str]().union(*found) if found else None


def _has(node: Node, kind: type[Node]) -> bool:
    return isinstance(node, kind) or (not isinstance(node, Licence) and any(_has(part, kind) for part in node.parts))


def _id(name: Licence) -> str:
    return f"{name.text} WITH {name.exception.text}".lower() if name.exception else name.text.lower()


_OWN = {"weights", "code", "chosen", "package"}


def _is_expression(where: Where) -> bool:
    if "reviews" in where or "texts" in where:
        return False
    return where[-1] == "license" or (len(where) == 2 and where[0] == "license" and where[1] in _OWN)
