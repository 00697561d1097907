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
from dtproxies.proxy.runners import Runner
from dtproxies.proxy.sampling import Positions, sample
from dtproxies.render.pairs import SupportsRendering, slider_values
from dtproxies.vocabulary.axis import Axis, axis
from dtproxies.vocabulary.module import Module

STEPS = 33
"""Number of steps of a sweep."""
SIDE = 64
"""Side of the image, in pixels."""
SEED = 6_000_011
POSITIONS = 8
"""Number of slider positions at which gradients are compared."""
STEP = 0.01
"""Move of a slider in both directions for a gradient, as a fraction of its range."""
ROUNDING = 5e-6
"""Changes of encoded values below this are ignored: rounding of darktable's float32 curves alone causes them."""


@dataclass(frozen=True, kw_only=True)
class SliderSensitivity:
    """Results for one slider."""

    slider: str
    sweep_worst: float
    """Minimum PSNR in dB over 33 steps across its range, the other sliders at their defaults."""
    sweep_error: float
    """Maximum absolute error of the mean encoded value, as a fraction of its range in darktable."""
    turns: int
    """Steps of the sweep in the wrong direction."""
    cosine: float | None
    """Mean gradient cosine similarity, by pixel; None if darktable's output does not change."""
    magnitude: float | None
    """Median ratio of the gradient norms, proxy to darktable."""


def slider_sensitivities(
    definition: ProxyDefinition, run: Runner, renderer: SupportsRendering, *, steps: int = STEPS
) -> Iterator[SliderSensitivity]:
    """Evaluate each continuous slider on a chart of 64 x 64 pixels.

    Args:
        definition: definition of the module.
        run: runner of the proxy.
        renderer: renderer of the module.
        steps: number of steps of each sweep.
    """
    module = definition.module
    image = to_module_space(chart(SIDE, SEED), module)
    positions = sample(module, POSITIONS, seed=SEED, reachable=definition.reachable)
    for at, slider in enumerate(module.sliders):
        if slider.choices:
            continue
        swept = _sweep_positions(definition, at, steps)
        expected, outputs = _render_both(module, run, renderer, image, swept)
        cosine, magnitude = _gradient_agreement(
            definition, run, renderer, image, _neighbours(definition, positions, at)
        )
        yield SliderSensitivity(
            slider=slider.name,
            sweep_worst=min(display_psnr(*both, module) for both in zip(outputs, expected, strict=True)),
            sweep_error=_curve_error(_means(outputs, module), _means(expected, module)),
            turns=_direction_errors(_means(outputs, module), _means(expected, module)),
            cosine=cosine,
            magnitude=magnitude,
        )


def _sweep_positions(definition: ProxyDefinition, at: int, steps: int) -> list[Positions]:
    one = axis(definition.module.sliders[at])
    default = np.array([slider.default for slider in definition.module.sliders])
    swept = []
    for coordinate in np.linspace(one.low, one.high, steps):
        position = default.copy()
        position[at] = np.float32(one.values(np.array(coordinate)))
        if definition.reachable is None or definition.reachable(position.tolist()):
            swept.append(position)
    return swept


def _neighbours(definition: ProxyDefinition, positions: Positions, at: int) -> list[tuple[Positions, Positions]]:
    """Return pairs of positions a little below and above each position, where both can be set."""
    one, pairs = axis(definition.module.sliders[at]), []
    for position in positions:
        pair = tuple(_moved(one, position, at, move) for move in (-STEP, STEP))
        if all(definition.reachable is None or definition.reachable(end.tolist()) for end in pair):
            pairs.append((pair[0], pair[1]))
    return pairs


def _moved(one: Axis, position: Positions, at: int, move: float) -> Positions:
    coordinate = np.clip(one.coordinates(position[at]) + move * (one.high - one.low), one.low, one.high)
    moved = position.copy()
    moved[at] = np.float32(one.values(coordinate))
    return moved


def _render_both(
    module: Module, run: Runner, renderer: SupportsRendering, image: Pixels, positions: Sequence[Positions]
) -> tuple[list[Pixels], list[Pixels]]:
    """Return the outputs of darktable and of the proxy for the image at each of these positions."""
    requests = [Request(module.name, image, slider_values(module, position)) for position in positions]
    rendered, outputs = [], []
    for expected, position in zip(renderer.render_many(requests), positions, strict=True):
        rendered.append(expected)
        outputs.append(run(image, position))
    return rendered, outputs


def _means(images: Sequence[Pixels], module: Module) -> NDArray[np.float64]:
    return np.array([float(encode_output(one, module).mean()) for one in images])


def _curve_error(curve: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    return float(np.abs(curve - expected).max() / max(float(np.ptp(expected)), ROUNDING))


def _direction_errors(curve: NDArray[np.float64], expected: NDArray[np.float64]) -> int:
    changes, correct = np.diff(curve), np.diff(expected)
    visible = (np.abs(correct) > ROUNDING) & (np.abs(changes) > ROUNDING)
    return int(np.sum(visible & (np.sign(changes) != np.sign(correct))))


def _gradient_agreement(
    definition: ProxyDefinition,
    run: Runner,
    renderer: SupportsRendering,
    image: Pixels,
    pairs: Sequence[tuple[Positions, Positions]],
) -> tuple[float | None, float | None]:
    module = definition.module
    outputs = [_render_both(module, run, renderer, image, [pair[end] for pair in pairs]) for end in (0, 1)]
    cosines, ratios = [], []
    for low, high in zip(_paired(outputs[0]), _paired(outputs[1]), strict=True):
        expected, change = (encode_output(high[side], module) - encode_output(low[side], module) for side in (0, 1))
        length = float(np.linalg.norm(expected))
        if length > ROUNDING * np.sqrt(expected.size):
            norm = float(np.linalg.norm(change))
            cosines.append(float(np.sum(expected * change)) / max(length * norm, 1e-12))
            ratios.append(norm / length)
    return (float(np.mean(cosines)), float(np.median(ratios))) if cosines else (None, None)


def _paired(both: tuple[list[Pixels], list[Pixels]]) -> list[tuple[Pixels, Pixels]]:
    return list(zip(*both, strict=True))
