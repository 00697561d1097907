from collections.abc import Sequence

import numpy as np
import pytest

from dtbase.system.errors import Failure
from dtproxies.proxy.sampling import sample
from dtproxies.vocabulary.module import Module, Slider

MODULE = Module(
    name="toy",
    version=1,
    kind="exact",
    space="input-rgb",
    sliders=(
        Slider(name="gain", low=-2.0, high=6.0, default=0.0, unit="EV"),
        Slider(name="mix", low=0.0, high=1.0, default=0.25, unit="1"),
        Slider(name="size", low=1.0, high=100.0, default=10.0, unit="px"),
    ),
    receptive_field=0,
)
LOW, HIGH, DEFAULT = (np.array([getattr(s, end) for s in MODULE.sliders]) for end in ("low", "high", "default"))


def test_same_seed_gives_the_same_positions() -> None:
    assert np.array_equal(sample(MODULE, 50, seed=3), sample(MODULE, 50, seed=3))


def test_different_seeds_share_only_corners_and_defaults() -> None:
    first, second = ({tuple(row) for row in sample(MODULE, 400, seed=seed).tolist()} for seed in (1, 2))
    shared = np.array(sorted(first & second))
    assert all(((row == LOW) | (row == HIGH)).all() for row in shared)


@pytest.mark.parametrize("count", [1, 2, 7, 128])
def test_positions_are_within_the_ranges(count: int) -> None:
    positions = sample(MODULE, count, seed=0)
    assert positions.shape == (count, 3)
    assert ((positions >= LOW) & (positions <= HIGH)).all()


def test_every_tenth_of_each_range_is_sampled() -> None:
    fractions = (sample(MODULE, 200, seed=0) - LOW) / (HIGH - LOW)
    for column in fractions.T:
        assert len(set((column * 10).clip(0, 9).astype(int))) == 10


def test_mixture_determines_the_kinds_of_positions() -> None:
    positions = sample(MODULE, 200, seed=0)
    near = (np.abs(positions - DEFAULT) <= 0.1001 * (HIGH - LOW)).all(axis=1)
    sweeps = (positions == DEFAULT).sum(axis=1) == 2
    corners = ((positions == LOW) | (positions == HIGH)).all(axis=1)
    assert near.sum() >= 50
    assert sweeps.sum() == 20
    assert corners.sum() == 10


def test_unreachable_positions_are_not_sampled() -> None:
    def reachable(values: Sequence[float]) -> bool:
        return values[0] < 1

    positions = sample(MODULE, 100, seed=0, reachable=reachable)
    assert len(positions) == 100
    assert (positions[:, 0] < 1).all()


def test_sampling_fails_if_no_position_is_reachable() -> None:
    with pytest.raises(Failure, match="almost no slider position"):
        sample(MODULE, 10, seed=0, reachable=lambda _: False)


def test_values_are_exact_in_float32() -> None:
    positions = sample(MODULE, 100, seed=0)
    assert np.array_equal(positions, positions.astype(np.float32).astype(np.float64))
