"""A proof: a statement, whether it holds, the fact and the field it rests on, and the statements below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dtmodels.yaml.document import Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One statement about a card."""

    claim: str
    holds: bool
    because: str = ""
    """The fact it rests on, or what is missing, as a sentence without a full stop."""
    where: Where = ()
    """The field of the card that fact stands in, or would stand in."""
    fix: str = ""
    """What would make it hold."""
    parts: tuple[Proof, ...] = ()
    remark: str = ""
    """What is not as it should be although it holds."""

    def missing(self) -> Iterator[Proof]:
        """The statements without parts that do not hold."""
        if not self.holds and not self.parts:
            yield self
        for part in self.parts:
            yield from part.missing()

    def leaves(self) -> Iterator[Proof]:
        """The statements without parts."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A class, and the proof of what it demands beyond the class below."""

    level: str
    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """The steps of a ladder of classes, the lowest first."""

    name: str
    steps: tuple[Step, ...]

    @property
    def level(self) -> str:
        """The highest class whose demands, and those of all below, are met; `none` when the lowest is not."""
        reached = "none"
        for step in self.steps:
            if not step.proof.holds:
                break
            reached = step.level
        return reached

    def height(self, level: str) -> int:
        """How high a class stands; 0 for `none`, and for what is no class."""
        levels = [step.level for step in self.steps]
        return levels.index(level) + 1 if level in levels else 0

    def missing(self, level: str) -> tuple[Proof, ...]:
        """What keeps the card from a class."""
        return tuple(gap for step in self.steps[: self.height(level)] for gap in step.proof.missing())

    @property
    def next(self) -> str:
        """The class above the derived one; empty at the top."""
        above = self.steps[self.height(self.level) :]
        return above[0].level if above else ""


def all_of(claim: str, parts: tuple[Proof, ...]) -> Proof:
    """A statement that holds when all its parts do."""
    return Proof(claim=claim, holds=all(part.holds for part in parts), parts=parts)
