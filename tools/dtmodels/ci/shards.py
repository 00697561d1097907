"""Jobs that build models side by side, each about as long as the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dtbase.system.errors import WrongUsage
from dtmodels.card.model import Card

MOST = 256
"""GitHub refuses a matrix of more jobs."""
_FIXED = 100_000_000
"""What building any model costs, in bytes of checkpoint: starting, exporting, running it once."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One job: a name that is unique in its run, and the models it builds."""

    name: str
    ids: tuple[str, ...]

    def json_value(self) -> dict[str, str]:
        """The shard as an entry of a matrix."""
        return {"name": self.name, "ids": " ".join(self.ids)}


@dataclass(slots=True)
class _Load:
    number: int
    bytes: int = 0
    ids: list[str] = field(default_factory=list)


def shards(cards: Sequence[Card], most: int) -> list[Shard]:
    """Spread models over at most `most` jobs: the largest first, each to the job with the least to do.

    The same models always give the same jobs.

    Raises:
        WrongUsage: `most` is no number of jobs GitHub runs.
    """
    if not 1 <= most <= MOST:
        raise WrongUsage(f"{most} jobs cannot be", fix=f"give a number from 1 to {MOST}, which is all GitHub allows")
    loads = [_Load(number) for number in range(1, min(most, len(cards)) + 1)]
    for card in sorted(cards, key=lambda card: (-_cost(card), card.id)):
        least = min(loads, key=lambda load: (load.bytes, load.number))
        least.bytes += _cost(card)
        least.ids.append(card.id)
    return [Shard(str(load.number), tuple(sorted(load.ids))) for load in loads]


def _cost(card: Card) -> int:
    return _FIXED + sum(checkpoint.bytes or _FIXED for checkpoint in card.checkpoints)
