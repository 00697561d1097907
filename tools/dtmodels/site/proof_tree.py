"""Proofs of a class as nested values for a page: each leaf with the line of the card that states it."""

from __future__ import annotations

from typing import Any

from dtmodels.card.reader import CardReading
from dtmodels.openness.proof import Derivation, Proof
from dtmodels.yaml.document import FieldPath, locate


def class_values(name: str, claimed: str, derived: Derivation, reading: CardReading) -> dict[str, Any]:
    """The claimed and the derived class of one framework, with the proof of each step."""
    steps = [{"class": step.level, **proof_values(step.proof, reading)} for step in derived.steps]
    return {"name": name, "claimed": claimed, "derived": derived.level, "steps": steps}


def proof_values(proof: Proof, reading: CardReading) -> dict[str, Any]:
    """A claim, and its parts or the fact that decides it; `line` counts from 1, `quote` is the text of that line."""
    value: dict[str, Any] = {"claim": proof.claim, "holds": proof.holds}
    if proof.parts:
        return {**value, "parts": [proof_values(part, reading) for part in proof.parts]}
    line, quote = card_line(reading, proof.where)
    value |= {"because": proof.because, "line": line, "quote": quote}
    optional = {"remark": proof.remark, "fix": "" if proof.holds else proof.fix}
    return {**value, **{name: text for name, text in optional.items() if text}}


def card_line(reading: CardReading, where: FieldPath) -> tuple[int, str]:
    """Number and text of the card line of a field, or of its parent if the field is missing; 0 and "" if unknown."""
    if reading.root is None or not where:
        return 0, ""
    number = locate(reading.root, where).line
    lines = reading.text.split("\n")
    return number, lines[number - 1].strip() if 0 < number <= len(lines) else ""
