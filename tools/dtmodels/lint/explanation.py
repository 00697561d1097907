"""Why a model is graded and classed as it is, with the lines of its card: what `dtmodels explain` says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dtmodels.card.catalogue import CARD
from dtmodels.card.model import Card
from dtmodels.card.reader import Reading, read
from dtmodels.licence import Verdict, licence_verdict
from dtmodels.licence.verdict_report import json_value as licence_value
from dtmodels.lint.engine import lint
from dtmodels.lint.rule import Finding
from dtmodels.openness.derive import fsf, mof, osaid
from dtmodels.openness.grade import Grade, grade
from dtmodels.openness.proof import Derivation, Proof
from dtmodels.yaml.document import Where, locate

JSON_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything that is derived about one card."""

    reading: Reading
    card: Card
    grade: Grade
    refused: tuple[Finding, ...]
    """Errors nobody may accept."""
    wanting: tuple[Finding, ...]
    """Errors and warnings somebody may accept, and nobody has."""
    lacking: tuple[Finding, ...]
    """What else would stand against a draft if its status were `released`."""
    weights: Verdict
    classes: tuple[tuple[str, Derivation], ...]
    """What the card claims, and what follows from it."""
    fsf: Proof

    def line(self, where: Where) -> int:
        """The line of the card a fact stands in, or would stand below."""
        return locate(self.reading.root, where).line if self.reading.root and where else 0


def explain(root: Path, model_id: str) -> Explanation | None:
    """Derive what can be derived about a model; None when its card is too broken to say anything."""
    findings = _only_card_findings(lint(root, ids=[model_id]))
    reading = read(root / "models" / model_id / CARD)
    card = reading.card
    if card is None:
        return None
    refused = tuple(found for found in findings if found.hard and found.severity == "error")
    wanting = tuple(found for found in findings if not found.hard and found.severity != "info")
    claims = (card.openness.osaid, card.openness.mof) if card.openness else ("none", "none")
    return Explanation(
        reading=reading,
        card=card,
        grade=grade(card),
        refused=refused,
        wanting=wanting,
        lacking=_release_blockers(root, model_id, card, [*refused, *wanting]),
        weights=licence_verdict(card.license.chosen or card.license.weights),
        classes=((claims[0], osaid(card)), (claims[1], mof(card))),
        fsf=fsf(card),
    )


def _only_card_findings(findings: list[Finding]) -> list[Finding]:
    return [found for found in findings if found.path.endswith(f"/{CARD}")]


def _release_blockers(root: Path, model_id: str, card: Card, known: list[Finding]) -> tuple[Finding, ...]:
    if card.status != "draft":
        return ()
    told = {(found.rule, found.line, found.column) for found in known}
    released = _only_card_findings(lint(root, ids=[model_id], profile="release", released=True))
    return tuple(one for one in released if one.severity == "error" and (one.rule, one.line, one.column) not in told)


def improvements(found: Explanation) -> Iterator[tuple[str, tuple[Proof, ...]]]:
    """For each ladder the next class, and what is missing for it; then freedom by the FSF's measure."""
    for _, derived in found.classes:
        if derived.next:
            yield f"{derived.name} {derived.next}", derived.missing(derived.next)
    if not found.fsf.holds:
        yield found.fsf.claim, tuple(found.fsf.missing())


def json_value(found: Explanation) -> dict[str, Any]:
    """The explanation as plain values; `version` changes when a key changes its meaning or goes."""
    prove = _proof_values(found)
    return {
        "version": JSON_VERSION,
        "id": found.card.id,
        "grade": {
            "value": found.grade,
            "accepted": [accepted.rule for accepted in found.card.acceptances],
            "refused": [_finding_value(one) for one in found.refused],
            "not_accepted": [_finding_value(one) for one in found.wanting],
            "lacking_for_release": [_finding_value(one) for one in found.lacking],
        },
        "weights": licence_value(found.weights),
        "classes": {
            derived.name.lower(): {
                "claimed": claimed,
                "derived": derived.level,
                "steps": [{"class": step.level, **prove(step.proof)} for step in derived.steps],
            }
            for claimed, derived in found.classes
        },
        "fsf": prove(found.fsf),
        "would_raise": [{"to": goal, "missing": [prove(gap) for gap in gaps]} for goal, gaps in improvements(found)],
    }


def _proof_values(found: Explanation) -> Callable[[Proof], dict[str, Any]]:
    def prove(proof: Proof) -> dict[str, Any]:
        value: dict[str, Any] = {"claim": proof.claim, "holds": proof.holds}
        if proof.parts:
            return {**value, "parts": [prove(part) for part in proof.parts]}
        value |= {"because": proof.because, "field": list(proof.where), "line": found.line(proof.where)}
        more = {"remark": proof.remark, "fix": "" if proof.holds else proof.fix}
        return {**value, **{name: text for name, text in more.items() if text}}

    return prove


def _finding_value(finding: Finding) -> dict[str, Any]:
    return {"rule": finding.rule, "line": finding.line, "message": finding.message}
