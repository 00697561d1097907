"""Checks of a proxy's attributes: its module, and its sliders with their ranges."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtmodels.findings.check_report import CheckProblem, error, warning
from dtmodels.package.config_reader import MISSING, PackageConfig
from dtmodels.tasks._attributes import where_attribute

SPACES = ("input-rgb", "work-rgb", "lab", "display", "raw")
WHOLE_IMAGE = "all"
"""Value of `reach` if the receptive field is the whole image, so that tiles are impossible."""
INTEGER = "an integer, not negative"
FRAME = {"unit": "px", "values": ["left", "top", "width", "height"]}
"""Attribute `frame` of a proxy whose graph takes the position in the frame."""
MAX_VALUE = 1e30
"""Largest magnitude of a slider, far within float32."""
RANDOM_POSITIONS = 2


def check_attributes(config: PackageConfig) -> Iterator[CheckProblem]:
    """Check that `module`, `module_version`, `space`, `reach` and `sliders` exist and are valid."""
    yield from _check(config, "module", isinstance(config.attribute("module"), str), "a string")
    yield from _check(config, "module_version", _is_whole(config.attribute("module_version")), INTEGER)
    reach = config.attribute("reach")
    yield from _check(config, "reach", _is_whole(reach) or reach == WHOLE_IMAGE, f"{INTEGER}, or {WHOLE_IMAGE!r}")
    yield from _check(config, "space", config.attribute("space") in SPACES, f"one of {', '.join(SPACES)}")
    sliders = config.attribute("sliders")
    yield from _check(config, "sliders", isinstance(sliders, list), "a list of sliders")
    if isinstance(sliders, list):
        for number, slider in enumerate(sliders):
            fix = (
                "each slider needs name and unit (strings) and low <= default <= high, low < high (numbers); "
                "choices, if any, are pairs of a name and a number"
            )
            if not _is_slider(slider):
                where = where_attribute(f"sliders[{number}]")
                yield error("proxy.slider", where, f"is {slider!r}, which is not a valid slider", fix)


def check_frame(config: PackageConfig, *, taken: bool) -> Iterator[CheckProblem]:
    """Check that the attribute `frame` says whether the graph takes the position in the frame, and in which unit."""
    stated, where, fix = config.attribute("frame"), where_attribute("frame"), f"write {json.dumps(FRAME)}"
    if taken and stated is MISSING:
        what = "is missing, but the graph takes the position in the frame: a script cannot know that, nor the unit"
        yield warning("proxy.frame", where, what, fix)
    elif not taken and stated is not MISSING:
        yield warning("proxy.frame", where, "is stated, but the graph takes no input named frame", "leave it out")
    elif taken and stated != FRAME:
        yield error(
            "proxy.frame", where, f"is {stated!r}, which is not what scripts pass", f"write {json.dumps(FRAME)}"
        )


def _check(config: PackageConfig, key: str, valid: bool, expected: str) -> Iterator[CheckProblem]:
    if not valid:
        value = config.attribute(key)
        state = f"is {value!r}" if isinstance(value, (str, int, float, list, dict)) else "is missing"
        yield error("proxy.attribute", where_attribute(key), f"{state}, it has to be {expected}", f"write {expected}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_slider(slider: Any) -> bool:
    if not isinstance(slider, dict) or not all(isinstance(slider.get(key), str) for key in ("name", "unit")):
        return False
    values = [slider.get(key) for key in ("low", "default", "high")]
    if not all(_is_number(value) for value in values):
        return False
    low, default, high = (float(value) for value in values if value is not None)
    return low <= default <= high and low < high and _are_choices(slider.get("choices", []))


def _are_choices(choices: Any) -> bool:
    """Whether a value is a list of pairs: a name, and a number."""
    pairs = choices if isinstance(choices, list) else [None]
    return all(
        isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and _is_number(pair[1]) for pair in pairs
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= MAX_VALUE


def slider_positions(config: PackageConfig) -> Iterator[NDArray[np.float32]]:
    """Slider positions to run a proxy at: defaults, both ends, and two seeded samples; shape [1, P] each."""
    sliders = config.attribute("sliders")
    ends = {key: np.array([[slider[key] for slider in sliders]], np.float32) for key in ("default", "low", "high")}
    if not sliders:
        yield ends["default"]
        return
    yield from ends.values()
    rng = np.random.default_rng(0)
    for _ in range(RANDOM_POSITIONS):
        fraction = rng.random((1, len(sliders)), dtype=np.float32)
        sampled = ends["low"] + fraction * (ends["high"] - ends["low"])
        yield np.array(
            [[_nearest_allowed(slider, value) for slider, value in zip(sliders, sampled[0], strict=True)]], np.float32
        )


def _nearest_allowed(slider: Mapping[str, Any], value: float) -> float:
    """The value, rounded to the nearest choice or integer if the slider has choices or is an integer."""
    choices = [number for _, number in slider.get("choices", ())]
    if choices:
        return float(min(choices, key=lambda number: abs(number - value)))
    return float(round(value)) if slider.get("whole") else float(value)
