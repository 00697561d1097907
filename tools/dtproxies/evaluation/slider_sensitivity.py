"""Compare the effect of each slider with darktable's: over its whole range, and for a small move."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dtproxies.darktable.renderer import Request
from dtproxies.images.image import Pixels, chart, to_module_space
from dtproxies.images.metrics import display_psnr, encode_output
from dtproxies.proxy.definition import ProxyDefinition
from dtproxies.proxy.runners import Run
from dtproxies.proxy.sampling import Positions, sample
from dtproxies.render.pairs import Renders, slider_values
from dtproxies.vocabulary.axis import Axis, axis
from dtproxies.vocabulary.module import Module

STEPS = 33
"""Of a sweep."""
SIDE = 64
"""Of the image, in pixels."""
SEED = 6_000_011
PLACES = 8
"""Slider positions at which gradients are compared."""
STEP = 0.01
"""Move of a slider in both directions for a gradient, as a fraction of its range."""
ROUNDING = 5e-6
"""Changes of encoded values smaller than this count as none: rounding of darktable's float32 curves alone
causes such changes."""


@dataclass(frozen=True, kw_only=True)
class SliderSensitivity:
    """Results for one slider."""

    slider: str
    sweep_worst: float
    """Minimum PSNR in dB over 33 steps across its range, the other sliders at their defaults."""
    sweep_error: float
    """Maximum absolute error of the mean encoded value, as a fraction of the range of darktable's."""
    turns: int
    """Steps of the sweep in the wrong direction."""
    cosine: float | None
    """Mean gradient cosine similarity, by pixel; None if darktable's output does not change."""
    magnitude: float | None
    """Median ratio of the gradient norms, proxy to darktable."""


def behaviour(
    given: ProxyDefinition, run: Run, renderer: Renders, *, steps: int = STEPS
) -> Iterator[SliderSensitivity]:
    """Evaluate each continuous slider on a chart of 64 x 64 pixels.

    Args:
        given: the module.
        run: the proxy.
        renderer: set up for the module.
        steps: of the sweep over its range.
    """
    module = given.module
    image = to_module_space(chart(SIDE, SEED), module)
    places = sample(module, PLACES, seed=SEED, reachable=given.reachable)
    for at, slider in enumerate(module.sliders):
        if slider.choices:
            continue
        swept = _swept(given, at, steps)
        wanted, found = _both(module, run, renderer, image, swept)
        cosine, magnitude = _slopes(given, run, renderer, image, _neighbours(given, places, at))
        yield SliderSensitivity(
            slider=slider.name,
            sweep_worst=min(display_psnr(one, other, module) for one, other in zip(found, wanted, strict=True)),
            sweep_error=_curve_error(_means(found, module), _means(wanted, module)),
            turns=_turns(_means(found, module), _means(wanted, module)),
            cosine=cosine,
            magnitude=magnitude,
        )


def _swept(given: ProxyDefinition, at: int, steps: int) -> list[Positions]:
    one = axis(given.module.sliders[at])
    default = np.array([slider.default for slider in given.module.sliders])
    swept = []
    for place in np.linspace(one.low, one.high, steps):
        position = default.copy()
        position[at] = np.float32(one.values(np.array(place)))
        if given.reachable is None or given.reachable(position.tolist()):
            swept.append(position)
    return swept


def _neighbours(given: ProxyDefinition, places: Positions, at: int) -> list[tuple[Positions, Positions]]:
    """Return pairs of positions a little below and above each position, where both can be set."""
    one, found = axis(given.module.sliders[at]), []
    for position in places:
        pair = tuple(_moved(one, position, at, way) for way in (-STEP, STEP))
        if all(given.reachable is None or given.reachable(end.tolist()) for end in pair):
            found.append((pair[0], pair[1]))
    return found


def _moved(one: Axis, position: Positions, at: int, way: float) -> Positions:
    place = np.clip(one.coordinates(position[at]) + way * (one.high - one.low), one.low, one.high)
    moved = position.copy()
    moved[at] = np.float32(one.values(place))
    return moved


def _both(
    module: Module, run: Run, renderer: Renders, image: Pixels, positions: Sequence[Positions]
) -> tuple[list[Pixels], list[Pixels]]:
    """Return the outputs of darktable and of the proxy for the image at each of these positions."""
    requests = [Request(module.name, image, slider_values(module, position)) for position in positions]
    rendered, made = [], []
    for wanted, position in zip(renderer.render_many(requests), positions, strict=True):
        rendered.append(wanted)
        made.append(run(image, position))
    return rendered, made


def _means(images: Sequence[Pixels], module: Module) -> NDArray[np.float64]:
    return np.array([float(encode_output(one, module).mean()) for one in images])


def _curve_error(found: NDArray[np.float64], wanted: NDArray[np.float64]) -> float:
    return float(np.abs(found - wanted).max() / max(float(np.ptp(wanted)), ROUNDING))


def _turns(found: NDArray[np.float64], wanted: NDArray[np.float64]) -> int:
    moves, right = np.diff(found), np.diff(wanted)
    return int(np.sum((np.abs(right) > ROUNDING) & (np.abs(moves) > ROUNDING) & (np.sign(moves) != np.sign(right))))


def _slopes(
    given: ProxyDefinition, run: Run, renderer: Renders, image: Pixels, pairs: Sequence[tuple[Positions, Positions]]
) -> tuple[float | None, float | None]:
    module = given.module
    ends = [_both(module, run, renderer, image, [pair[end] for pair in pairs]) for end in (0, 1)]
    cosines, sizes = [], []
    for low, high in zip(_paired(ends[0]), _paired(ends[1]), strict=True):
        right, mine = (encode_output(high[kind], module) - encode_output(low[kind], module) for kind in (0, 1))
        length = float(np.linalg.norm(right))
        if length > ROUNDING * np.sqrt(right.size):
            size = float(np.linalg.norm(mine))
            cosines.append(float(np.sum(right * mine)) / max(length * size, 1e-12))
            sizes.append(size / length)
    return (float(np.mean(cosines)), float(np.median(sizes))) if cosines else (None, None)


def _paired(both: tuple[list[Pixels], list[Pixels]]) -> list[tuple[Pixels, Pixels]]:
    return list(zip(*both, strict=True))
