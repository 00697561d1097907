"""Explanation of a model's grade and classes, with card lines; `dtmodels explain` prints it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dtmodels.card.catalogue import CARD_FILE
from dtmodels.card.model import Card
from dtmodels.card.reader import CardReading, parse_card_file
from dtmodels.licence import Verdict, licence_verdict
from dtmodels.licence.verdict_report import json_value as licence_value
from dtmodels.lint.engine import lint
from dtmodels.lint.rule import Finding
from dtmodels.lint.targets import card_directories
from dtmodels.openness.derive import fsf, mof, osaid
from dtmodels.openness.grade import Grade, grade
from dtmodels.openness.inheritance import with_inherited
from dtmodels.openness.proof import Derivation, Proof
from dtmodels.yaml.document import FieldPath, locate

JSON_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All facts derived from one card."""

    reading: CardReading
    card: Card
    grade: Grade
    unacceptable: tuple[Finding, ...]
    """Errors that cannot be accepted."""
    unaccepted: tuple[Finding, ...]
    """Errors and warnings that can be accepted, but are not."""
    release_blockers: tuple[Finding, ...]
    """Further errors that a draft or candidate would have with status `released`."""
    weights: Verdict
    classes: tuple[tuple[str, Derivation], ...]
    """Pairs of the claimed class and the derivation."""
    fsf: Proof

    def line(self, where: FieldPath) -> int:
        """Card line of a field, or of its parent if the field is missing; 0 if unknown."""
        return locate(self.reading.root, where).line if self.reading.root and where else 0


def explain(root: Path, name: str) -> Explanation | None:
    """Explain a model, named by its id or by the path of its card; None if its card cannot be read completely."""
    findings = _only_card_findings(lint(root, ids=[name]))
    (directory,) = card_directories(root, [name])
    reading = parse_card_file(directory / CARD_FILE)
    card = reading.card
    if card is None:
        return None
    unacceptable = tuple(finding for finding in findings if finding.hard and finding.severity == "error")
    unaccepted = tuple(finding for finding in findings if not finding.hard and finding.severity != "info")
    complete = with_inherited(card, root / "models")
    claims = (card.openness.osaid, card.openness.mof) if card.openness else ("none", "none")
    return Explanation(
        reading=reading,
        card=card,
        grade=grade(complete),
        unacceptable=unacceptable,
        unaccepted=unaccepted,
        release_blockers=_release_blockers(root, name, card, [*unacceptable, *unaccepted]),
        weights=licence_verdict(card.license.chosen or card.license.weights),
        classes=((claims[0], osaid(complete)), (claims[1], mof(complete))),
        fsf=fsf(complete),
    )


def _only_card_findings(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.path.rpartition("/")[2] == CARD_FILE]


def _release_blockers(root: Path, name: str, card: Card, known: list[Finding]) -> tuple[Finding, ...]:
    if card.status not in ("draft", "candidate"):
        return ()
    reported = {_position(finding) for finding in known}
    findings = _only_card_findings(lint(root, ids=[name], profile="release", released=True))
    return tuple(finding for finding in findings if finding.severity == "error" and _position(finding) not in reported)


def _position(finding: Finding) -> tuple[str, int, int]:
    return finding.rule, finding.line, finding.column


def improvements(explanation: Explanation) -> Iterator[tuple[str, tuple[Proof, ...]]]:
    """Yield the next class of each framework with its missing claims; then the FSF criteria."""
    for _, derived in explanation.classes:
        if derived.next_level:
            yield f"{derived.name} {derived.next_level}", derived.missing(derived.next_level)
    if not explanation.fsf.holds:
        yield explanation.fsf.claim, tuple(explanation.fsf.missing())


def json_value(explanation: Explanation) -> dict[str, Any]:
    """The explanation as JSON values; `version` changes if a key is removed or changes its meaning."""
    prove = _proof_values(explanation)
    return {
        "version": JSON_VERSION,
        "id": explanation.card.id,
        "grade": {
            "value": explanation.grade,
            "accepted": [accepted.rule for accepted in explanation.card.acceptances],
            "refused": [_finding_value(finding) for finding in explanation.unacceptable],
            "not_accepted": [_finding_value(finding) for finding in explanation.unaccepted],
            "lacking_for_release": [_finding_value(finding) for finding in explanation.release_blockers],
        },
        "weights": licence_value(explanation.weights),
        "classes": {
            derived.name.lower(): {
                "claimed": claimed,
                "derived": derived.level,
                "steps": [{"class": step.level, **prove(step.proof)} for step in derived.steps],
            }
            for claimed, derived in explanation.classes
        },
        "fsf": prove(explanation.fsf),
        "would_raise": [
            {"to": goal, "missing": [prove(gap) for gap in gaps]} for goal, gaps in improvements(explanation)
        ],
    }


def _proof_values(explanation: Explanation) -> Callable[[Proof], dict[str, Any]]:
    def prove(proof: Proof) -> dict[str, Any]:
        value: dict[str, Any] = {"claim": proof.claim, "holds": proof.holds}
        if proof.parts:
            return {**value, "parts": [prove(part) for part in proof.parts]}
        value |= {"because": proof.because, "field": list(proof.where), "line": explanation.line(proof.where)}
        optional = {"remark": proof.remark, "fix": "" if proof.holds else proof.fix}
        return {**value, **{name: text for name, text in optional.items() if text}}

    return prove


def _finding_value(finding: Finding) -> dict[str, Any]:
    return {"rule": finding.rule, "line": finding.line, "message": finding.message}
