"""Slider positions to fit and to judge proxies at: spread evenly, with the places that matter more often."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from dtbase.errors import Failure
from dtproxies.modules import Module

Positions = NDArray[np.float64]
"""[count, P], in the order of the module's sliders; every value is one that float32 holds."""
Reachable = Callable[[Sequence[float]], bool]


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """Shares of the kinds of positions; what is left of one goes to the full range."""

    near_default: float = 0.25
    sweeps: float = 0.10
    """One slider anywhere, the others at their default."""
    corners: float = 0.05
    """Every slider at one end."""
    nearness: float = 0.1
    """Largest distance of near ones from the default, as a share of each slider's range."""


def sample(
    module: Module, count: int, *, seed: int, reachable: Reachable | None = None, mixture: Mixture | None = None
) -> Positions:
    """Draw slider positions by a scrambled Sobol sequence, in a random order that is the same for the same seed.

    Another seed is another scramble: no position of one is in the other, but for corners.

    Args:
        module: its sliders give the ranges.
        count: how many.
        seed: of scramble and order.
        reachable: says whether a person can bring the sliders there; other positions are not drawn.
        mixture: shares of the kinds of positions.

    Raises:
        Failure: hardly any position is reachable.
    """
    mixture = mixture or Mixture()
    low, high, default = (np.array([getattr(slider, end) for slider in module.sliders]) for end in _ENDS)
    kinds = [_near(low, high, default, mixture.nearness), _sweep(low, high, default), _corner(low, high)]
    shares = [mixture.near_default, mixture.sweeps, mixture.corners]
    counts = [round(count * share) for share in shares]
    kinds, counts = [_full(low, high), *kinds], [count - sum(counts), *counts]
    drawn = [
        _draw(kind, wanted, len(low), [seed, number], reachable)
        for number, (kind, wanted) in enumerate(zip(kinds, counts, strict=True))
    ]
    return np.random.default_rng([seed, len(kinds)]).permutation(np.concatenate(drawn))


_ENDS = ("low", "high", "default")
_TRIES = 100
_Placed = Callable[[Positions], Positions]
"""From points of the unit cube with one coordinate more than there are sliders, to slider positions."""


def _draw(place: _Placed, wanted: int, sliders: int, seed: list[int], reachable: Reachable | None) -> Positions:
    sobol = qmc.Sobol(sliders + 1, rng=np.random.default_rng(seed))
    kept = np.empty((0, sliders))
    for _ in range(_TRIES):
        if len(kept) >= wanted:
            return kept[:wanted]
        power = max(wanted, 2).bit_length()
        found = place(sobol.random(2**power)).astype(np.float32).astype(np.float64)
        fits = [reachable is None or reachable(row) for row in found.tolist()]
        kept = np.concatenate([kept, found[fits]])
    raise Failure("hardly any slider position can be reached", fix="correct `reachable` of the module, or its ranges")


def _full(low: Positions, high: Positions) -> _Placed:
    return lambda points: low + points[:, 1:] * (high - low)


def _near(low: Positions, high: Positions, default: Positions, nearness: float) -> _Placed:
    step = nearness * (high - low)
    return lambda points: np.clip(default + (2 * points[:, 1:] - 1) * step, low, high)


def _sweep(low: Positions, high: Positions, default: Positions) -> _Placed:
    def place(points: Positions) -> Positions:
        chosen = (points[:, :1] * len(low)).astype(int) == np.arange(len(low))
        return np.where(chosen, low + points[:, 1:] * (high - low), default)

    return place


def _corner(low: Positions, high: Positions) -> _Placed:
    return lambda points: np.where(points[:, 1:] < 0.5, low, high)
