"""The attributes of a proxy: which module it imitates, and its sliders with their ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtmodels.findings.check_report import CheckProblem, error
from dtmodels.package.config_reader import PackageConfig
from dtmodels.tasks._attributes import where_attribute

SPACES = ("input-rgb", "work-rgb", "lab", "display", "raw")
WHOLE_IMAGE = "all"
"""The reach of a proxy that looks at the whole image, so that nothing can be cut into tiles."""
INTEGER = "an integer, not negative"
RANDOM_POSITIONS = 2


def check_attributes(config: PackageConfig) -> Iterator[CheckProblem]:
    """`module`, `module_version`, `space`, `reach` and `sliders` have to be there and make sense."""
    yield from _check(config, "module", isinstance(config.attribute("module"), str), "a string")
    yield from _check(config, "module_version", _is_whole(config.attribute("module_version")), INTEGER)
    reach = config.attribute("reach")
    yield from _check(config, "reach", _is_whole(reach) or reach == WHOLE_IMAGE, f"{INTEGER}, or {WHOLE_IMAGE!r}")
    yield from _check(config, "space", config.attribute("space") in SPACES, f"one of {', '.join(SPACES)}")
    sliders = config.attribute("sliders")
    yield from _check(config, "sliders", isinstance(sliders, list), "a list of sliders")
    if isinstance(sliders, list):
        for number, slider in enumerate(sliders):
            fix = "give each slider name and unit (texts) and low <= default <= high, low < high (numbers)"
            if not _is_slider(slider):
                where = where_attribute(f"sliders[{number}]")
                yield error("proxy.slider", where, f"is {slider!r}: nobody can set it", fix)


def _check(config: PackageConfig, key: str, good: bool, wanted: str) -> Iterator[CheckProblem]:
    if not good:
        value = config.attribute(key)
        found = f"is {value!r}" if isinstance(value, (str, int, float, list, dict)) else "is missing"
        yield error("proxy.attribute", where_attribute(key), f"{found}, it has to be {wanted}", f"write {wanted}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_slider(slider: Any) -> bool:
    if not isinstance(slider, dict) or not all(isinstance(slider.get(key), str) for key in ("name", "unit")):
        return False
    values = [slider.get(key) for key in ("low", "default", "high")]
    if not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return False
    low, default, high = (float(value) for value in values if value is not None)
    return low <= default <= high and low < high


def slider_positions(config: PackageConfig) -> Iterator[NDArray[np.float32]]:
    """Slider positions to run a proxy at: its defaults, both ends, and two seeded ones between; shape [1, P] each."""
    sliders = config.attribute("sliders")
    ends = {key: np.array([[slider[key] for slider in sliders]], np.float32) for key in ("default", "low", "high")}
    if not sliders:
        yield ends["default"]
        return
    yield from ends.values()
    random = np.random.default_rng(0)
    for _ in range(RANDOM_POSITIONS):
        share = random.random((1, len(sliders)), dtype=np.float32)
        drawn = ends["low"] + share * (ends["high"] - ends["low"])
        yield np.array([[_taken(*one) for one in zip(sliders, drawn[0], strict=True)]], np.float32)


def _taken(slider: Mapping[str, Any], value: float) -> float:
    """The value, or the nearest that a choice or a count can take."""
    choices = [number for _, number in slider.get("choices", ())]
    if choices:
        return float(min(choices, key=lambda number: abs(number - value)))
    return float(round(value)) if slider.get("whole") else float(value)
