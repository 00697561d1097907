import numpy as np
import pytest

from dtproxies.proxy.sampling import NUDGE, nudged, sample
from dtproxies.vocabulary.axis import axis
from dtproxies.vocabulary.module import Module, Slider, choice

RADIUS = Slider(name="radius", low=0.5, high=200.0, default=10.0, unit="px", scale="log")
MODE = choice("mode", 5, soft=1, hard=5, odd=7)
COUNT = Slider(name="count", low=1.0, high=20.0, default=3.0, unit="1", integer=True)
HUE = Slider(name="hue", low=0.0, high=360.0, default=0.0, unit="degrees", scale="angle")
MODULE = Module(
    name="toy",
    version=1,
    kind="colour",
    space="lab",
    sliders=(RADIUS, MODE, COUNT, HUE),
    receptive_field=0,
    fixed={"v": 2},
)


@pytest.mark.parametrize("slider", [RADIUS, MODE, COUNT, HUE])
def test_coordinates_invert_values(slider: Slider) -> None:
    one = axis(slider)
    values = one.values(np.linspace(one.low, one.high, 50))
    assert np.allclose(one.values(one.coordinates(values)), values)
    assert one.values(np.array(one.default)) == pytest.approx(slider.default)
    assert values.min() == pytest.approx(slider.low)
    assert values.max() == pytest.approx(slider.high)


def test_logarithmic_sliders_are_sampled_evenly_per_octave() -> None:
    radii = sample(MODULE, 512, seed=1)[:, 0]
    low, high = ((radii >= ends[0]) & (radii < ends[1]) for ends in ((1, 10), (10, 100)))
    assert low.sum() == pytest.approx(high.sum(), rel=0.5)


def test_choices_and_integers_are_sampled_from_their_values() -> None:
    sampled = sample(MODULE, 256, seed=2)
    assert set(sampled[:, 1]) == {1, 5, 7}
    assert np.array_equal(sampled[:, 2], np.rint(sampled[:, 2]))
    assert {1, 20} <= set(sampled[:, 2])


def test_modules_without_sliders_have_empty_positions() -> None:
    bare = Module(name="toy", version=1, kind="colour", space="lab", sliders=(), receptive_field=0)
    assert sample(bare, 7, seed=0).shape == (7, 0)
    assert nudged(bare, np.empty(0), seed=(1,)) is None


def test_nudge_moves_one_continuous_slider() -> None:
    for number, position in enumerate(sample(MODULE, 64, seed=3)):
        moved = nudged(MODULE, position, seed=(0, number))
        assert moved is not None
        (at,) = np.flatnonzero(moved != position)
        assert at in (0, 3)
        one = axis(MODULE.sliders[at])
        difference = abs(one.coordinates(moved[at]) - one.coordinates(position[at]))
        assert difference == pytest.approx(NUDGE * (one.high - one.low), rel=1e-3)
        assert MODULE.sliders[at].low <= moved[at] <= MODULE.sliders[at].high


def test_nudge_respects_reachable() -> None:
    position = np.array([10.0, 5.0, 3.0, 90.0])
    found = [
        nudged(MODULE, position, seed=(0, number), reachable=lambda values: values[0] <= 10.0) for number in range(20)
    ]
    assert all(moved is not None and moved[0] <= 10.0 for moved in found)
    assert nudged(MODULE, position, seed=(1,), reachable=lambda _: False) is None


def test_facts_omit_defaults() -> None:
    plain = Slider(name="gain", low=0.0, high=1.0, default=0.0, unit="1")
    assert plain.facts() == {"name": "gain", "low": 0.0, "high": 1.0, "default": 0.0, "unit": "1"}
    assert MODE.facts()["choices"] == (("soft", 1), ("hard", 5), ("odd", 7))
    assert RADIUS.facts()["scale"] == "log"


def test_parameters_include_fixed_values() -> None:
    assert MODULE.parameters({"radius": 3.0}) == {"v": 2, "radius": 3.0}
