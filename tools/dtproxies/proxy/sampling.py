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
    """Fractions of sampled positions by kind; the remainder covers the full range."""

    near_default: float = 0.25
    sweeps: float = 0.10
    """One slider anywhere, the others at their default."""
    corners: float = 0.05
    """Every slider at one end."""
    default_radius: float = 0.1
    """Maximum distance of `near_default` positions from the default, as a fraction of each slider's range."""


def sample(
    module: Module,
    count: int,
    *,
    seed: int | Sequence[int],
    reachable: Reachable | None = None,
    mixture: Mixture | None = None,
) -> Positions:
    """Sample slider positions by a scrambled Sobol sequence, in a random order that the seed determines.

    Different seeds share no position except corners.

    Args:
        module: module whose sliders give the ranges.
        count: number of positions.
        seed: seed of scramble and order.
        reachable: returns True for positions that a user can set; other positions are not sampled.
        mixture: fractions of the kinds of positions.

    Raises:
        Failure: almost no position is reachable.
    """
    mixture = mixture or Mixture()
    seeds = [seed] if isinstance(seed, int) else list(seed)
    axes = [axis(slider) for slider in module.sliders]
    low, high, default = (np.array([getattr(one, end) for one in axes]) for end in ("low", "high", "default"))
    kinds = [_near(low, high, default, mixture.default_radius), _sweep(low, high, default), _corner(low, high)]
    fractions = [mixture.near_default, mixture.sweeps, mixture.corners]
    counts = [round(count * fraction) for fraction in fractions]
    kinds, counts = [_full(low, high), *kinds], [count - sum(counts), *counts]
    samples = [
        _sample_kind(kind, axes, size, [*seeds, number], reachable)
        for number, (kind, size) in enumerate(zip(kinds, counts, strict=True))
    ]
    return np.random.default_rng([*seeds, len(kinds)]).permutation(np.concatenate(samples))


NUDGE = 0.02
"""Move of one slider to compare its effect, as a fraction of its range."""


def nudged(
    module: Module, position: Positions, *, seed: Sequence[int], reachable: Reachable | None = None
) -> Positions | None:
    """Return the position with one random slider moved by `NUDGE` of its range, or None if none can be moved.

    Args:
        module: module whose sliders give the ranges.
        position: [P].
        seed: seed of the random choice of slider and direction.
        reachable: as in `sample`.
    """
    movable = [at for at, slider in enumerate(module.sliders) if not slider.choices and not slider.integer]
    rng = np.random.default_rng([*seed, _SALT])
    for at in rng.permutation(movable).astype(int):
        one = axis(module.sliders[at])
        for move in rng.permutation([-NUDGE, NUDGE]):
            coordinate = float(one.coordinates(position[at])) + move * (one.high - one.low)
            moved = position.copy()
            moved[at] = np.float32(one.values(np.array(coordinate)))
            if one.low <= coordinate <= one.high and (reachable is None or reachable(moved.tolist())):
                return moved
    return None


_SALT = 23
"""Makes these random numbers differ from others with the same seed."""
_TRIES = 100
_Placement = Callable[[Positions], Positions]
"""Function from points of the unit cube, with one coordinate more than there are sliders, to axis coordinates."""


def _sample_kind(
    place: _Placement, axes: Sequence[Axis], count: int, seed: list[int], reachable: Reachable | None
) -> Positions:
    sobol = qmc.Sobol(len(axes) + 1, rng=np.random.default_rng(seed))
    accepted = np.empty((0, len(axes)))
    for _ in range(_TRIES):
        if len(accepted) >= count:
            return accepted[:count]
        power = max(count, 2).bit_length()
        positions = _values(axes, place(sobol.random(2**power)))
        can_be_set = [reachable is None or reachable(row) for row in positions.tolist()]
        accepted = np.concatenate([accepted, positions[can_be_set]])
    raise Failure("almost no slider position can be set", fix="change `reachable` of the module, or its ranges")


def _values(axes: Sequence[Axis], coordinates: Positions) -> Positions:
    values = coordinates.copy()
    for column, one in enumerate(axes):
        values[:, column] = one.values(coordinates[:, column])
    return values.astype(np.float32).astype(np.float64)


def _full(low: Positions, high: Positions) -> _Placement:
    return lambda points: low + points[:, 1:] * (high - low)


def _near(low: Positions, high: Positions, default: Positions, radius: float) -> _Placement:
    step = radius * (high - low)
    return lambda points: np.clip(default + (2 * points[:, 1:] - 1) * step, low, high)


def _sweep(low: Positions, high: Positions, default: Positions) -> _Placement:
    def place(points: Positions) -> Positions:
        chosen = (points[:, :1] * len(low)).astype(int) == np.arange(len(low))
        return np.where(chosen, low + points[:, 1:] * (high - low), default)

    return place


def _corner(low: Positions, high: Positions) -> _Placement:
    return lambda points: np.where(points[:, 1:] < 0.5, low, high)
