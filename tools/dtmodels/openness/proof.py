"""Proof trees: a claim, its supporting fact and card field, and its parts; built by `derive`, printed by `explain`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dtmodels.yaml.document import FieldPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One claim about a card."""

    claim: str
    holds: bool
    because: str = ""
    """The fact that proves it, or what is missing, as a sentence without a full stop."""
    where: FieldPath = ()
    """The card field that contains the fact, or should contain it."""
    fix: str = ""
    """The change that would make the claim true."""
    parts: tuple[Proof, ...] = ()
    remark: str = ""
    """A flaw that does not make the claim false."""
    reported: bool = False
    """The claim fails for a defect of one field that a rule of its own reports: its place, or an invalid licence."""

    def missing(self) -> Iterator[Proof]:
        """Yield the claims without parts that do not hold."""
        if not self.holds and not self.parts:
            yield self
        for part in self.parts:
            yield from part.missing()

    def leaves(self) -> Iterator[Proof]:
        """Yield the claims without parts."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A class, with the proof of what it requires beyond the class below."""

    level: str
    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """The classes of one framework with their proofs, lowest first."""

    name: str
    steps: tuple[Step, ...]

    @property
    def level(self) -> str:
        """The highest class whose requirements, and those of all lower classes, are met; else `none`."""
        highest = "none"
        for step in self.steps:
            if not step.proof.holds:
                break
            highest = step.level
        return highest

    def rank(self, level: str) -> int:
        """Rank of a class, counted from 1; 0 for `none` and for unknown names."""
        levels = [step.level for step in self.steps]
        return levels.index(level) + 1 if level in levels else 0

    def missing(self, level: str) -> tuple[Proof, ...]:
        """The claims that must become true to reach a class."""
        return tuple(gap for step in self.steps[: self.rank(level)] for gap in step.proof.missing())

    @property
    def next_level(self) -> str:
        """The class above the derived one; empty if there is none."""
        above = self.steps[self.rank(self.level) :]
        return above[0].level if above else ""


def all_of(claim: str, parts: tuple[Proof, ...]) -> Proof:
    """Build a claim that holds if all its parts hold."""
    return Proof(claim=claim, holds=all(part.holds for part in parts), parts=parts)
