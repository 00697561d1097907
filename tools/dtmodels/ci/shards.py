"""Distribution of models over parallel jobs of about equal duration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dtbase.system.errors import WrongUsage
from dtmodels.card.model import Card

MOST = 256
"""GitHub rejects a matrix of more jobs."""
_BASE_COST = 100_000_000
"""Cost of building any model, in bytes of checkpoint: start, export, one run."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One job: a name, unique in its run, and the models that it builds."""

    name: str
    ids: tuple[str, ...]

    def json_value(self) -> dict[str, str]:
        """Return the shard as an entry of a job matrix."""
        return {"name": self.name, "ids": " ".join(self.ids)}


@dataclass(slots=True)
class _Load:
    number: int
    bytes: int = 0
    ids: list[str] = field(default_factory=list)


def shards(cards: Sequence[Card], most: int) -> list[Shard]:
    """Distribute models over at most `most` jobs: the largest first, each to the job with the least work.

    The same models always give the same jobs.

    Raises:
        WrongUsage: `most` is below 1, or above GitHub's limit.
    """
    if not 1 <= most <= MOST:
        raise WrongUsage(f"{most} jobs are not possible", fix=f"use a number from 1 to {MOST}, GitHub's limit")
    loads = [_Load(number) for number in range(1, min(most, len(cards)) + 1)]
    for card in sorted(cards, key=lambda card: (-_cost(card), card.id)):
        least = min(loads, key=lambda load: (load.bytes, load.number))
        least.bytes += _cost(card)
        least.ids.append(card.id)
    return [Shard(str(load.number), tuple(sorted(load.ids))) for load in loads]


def _cost(card: Card) -> int:
    return _BASE_COST + sum(checkpoint.bytes or _BASE_COST for checkpoint in card.checkpoints)
