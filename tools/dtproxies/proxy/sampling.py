"""Sample slider positions for training and evaluation: evenly, with important positions more often."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from dtbase.system.errors import Failure
from dtproxies.vocabulary.axis import Axis, axis
from dtproxies.vocabulary.module import Module

Positions = NDArray[np.float64]
"""[count, P], in the order of the module's sliders; every value is one that float32 holds."""
Reachable = Callable[[Sequence[float]], bool]


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """Fractions of the kinds of positions; the remainder covers the full range."""

    near_default: float = 0.25
    sweeps: float = 0.10
    """One slider anywhere, the others at their default."""
    corners: float = 0.05
    """Every slider at one end."""
    nearness: float = 0.1
    """Largest distance of near ones from the default, as a share of each slider's range."""


def sample(
    module: Module,
    count: int,
    *,
    seed: int | Sequence[int],
    reachable: Reachable | None = None,
    mixture: Mixture | None = None,
) -> Positions:
    """Sample slider positions by a scrambled Sobol sequence, in a random order that the seed determines.

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
    seeds = [seed] if isinstance(seed, int) else list(seed)
    axes = [axis(slider) for slider in module.sliders]
    low, high, default = (np.array([getattr(one, end) for one in axes]) for end in ("low", "high", "default"))
    kinds = [_near(low, high, default, mixture.nearness), _sweep(low, high, default), _corner(low, high)]
    shares = [mixture.near_default, mixture.sweeps, mixture.corners]
    counts = [round(count * share) for share in shares]
    kinds, counts = [_full(low, high), *kinds], [count - sum(counts), *counts]
    drawn = [
        _draw(kind, axes, wanted, [*seeds, number], reachable)
        for number, (kind, wanted) in enumerate(zip(kinds, counts, strict=True))
    ]
    return np.random.default_rng([*seeds, len(kinds)]).permutation(np.concatenate(drawn))


NUDGE = 0.02
"""How far one slider is moved to see what it does, as a share of its range."""


def nudged(
    module: Module, position: Positions, *, seed: Sequence[int], reachable: Reachable | None = None
) -> Positions | None:
    """Return the position with one random slider moved by `NUDGE` of its range, or None if none can be moved.

    Args:
        module: its sliders give the ranges.
        position: [P].
        seed: of the draw.
        reachable: as in `sample`.
    """
    movable = [at for at, slider in enumerate(module.sliders) if not slider.choices and not slider.integer]
    rng = np.random.default_rng([*seed, _SALT])
    for at in rng.permutation(movable).astype(int):
        one = axis(module.sliders[at])
        for way in rng.permutation([-NUDGE, NUDGE]):
            place = float(one.coordinates(position[at])) + way * (one.high - one.low)
            moved = position.copy()
            moved[at] = np.float32(one.values(np.array(place)))
            if one.low <= place <= one.high and (reachable is None or reachable(moved.tolist())):
                return moved
    return None


_SALT = 23
"""Keeps these draws apart from others with the same seed."""
_TRIES = 100
_Placed = Callable[[Positions], Positions]
"""From points of the unit cube with one coordinate more than there are sliders, to places on the sliders' axes."""


def _draw(place: _Placed, axes: Sequence[Axis], wanted: int, seed: list[int], reachable: Reachable | None) -> Positions:
    sobol = qmc.Sobol(len(axes) + 1, rng=np.random.default_rng(seed))
    kept = np.empty((0, len(axes)))
    for _ in range(_TRIES):
        if len(kept) >= wanted:
            return kept[:wanted]
        power = max(wanted, 2).bit_length()
        found = _values(axes, place(sobol.random(2**power)))
        fits = [reachable is None or reachable(row) for row in found.tolist()]
        kept = np.concatenate([kept, found[fits]])
    raise Failure("hardly any slider position can be reached", fix="correct `reachable` of the module, or its ranges")


def _values(axes: Sequence[Axis], places: Positions) -> Positions:
    found = places.copy()
    for column, one in enumerate(axes):
        found[:, column] = one.values(places[:, column])
    return found.astype(np.float32).astype(np.float64)


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
