"""Evaluate a proxy on images and slider positions that it was not trained on, against darktable's renders."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtproxies.darktable.renderer import Request
from dtproxies.evaluation.baselines import Baselines
from dtproxies.evaluation.results import Checks, Evaluation, ImageResult
from dtproxies.evaluation.slider_sensitivity import STEPS, slider_sensitivities
from dtproxies.images.image import LinearImage, Pixels, chart, to_module_space
from dtproxies.images.metrics import Metrics, MetricSummary, compare, display_psnr, summarise
from dtproxies.images.module_spaces import convert
from dtproxies.images.training_images import ImageSequence
from dtproxies.proxy.definition import ProxyDefinition
from dtproxies.proxy.runners import Runner
from dtproxies.proxy.sampling import Positions, sample
from dtproxies.render.pairs import Pair, SupportsRendering, render_pairs, slider_values
from dtproxies.render.torch_threads import one_core
from dtproxies.vocabulary.module import Module

PAIRS = 128
"""Standard number of pairs."""
SIDE = 256
"""Side of the images, in pixels."""
SEED = 1_000_003
"""Seed of positions, crops and charts. Training uses small seeds, so that only corners are shared."""
HIGH_IS_GOOD = {
    "display_psnr": True,
    "log_psnr": True,
    "ssim": True,
    "delta_e": False,
    "max_error": False,
    "relative_error": False,
}


def evaluate(
    definition: ProxyDefinition,
    run: Runner,
    renderer: SupportsRendering,
    photographs: Sequence[LinearImage],
    *,
    console: Console,
    pairs: int = PAIRS,
    side: int = SIDE,
    brief: bool = False,
) -> Evaluation:
    """Render pairs and compare the proxy with them, on one core.

    Args:
        definition: definition of the module.
        run: runner of the proxy.
        renderer: renderer of the module, for images of side x side pixels.
        photographs: photographs that the proxy was not trained on.
        console: console for progress.
        pairs: number of pairs; a smaller number takes the first of the standard ones.
        side: side of the images, in pixels.
        brief: skip the baselines, and sweep each slider in few steps.

    Raises:
        Failure: the module did not run, or darktable changes the image at the module's `IDENTITY`.
    """
    module = definition.module
    positions = sample(module, max(pairs, PAIRS), seed=SEED, reachable=definition.reachable)[:pairs]
    images = ImageSequence(photographs=photographs, side=side, seed=SEED)
    rows: list[_Row] = []
    with one_core(), console.progress(f"evaluating {module.name} on {pairs} pairs", pairs) as advance:
        baselines = None if brief else Baselines(definition, renderer, side)
        others = np.roll(positions, len(positions) // 2, axis=0)
        for pair, other in zip(render_pairs(module, renderer, images, positions), others, strict=True):
            rows.append(_row(pair, run, module, other, baselines))
            advance(1)
        sliders = slider_sensitivities(definition, run, renderer, steps=_BRIEF_STEPS if brief else STEPS)
        shuffled = [row.shuffled for row in rows if row.shuffled is not None]
        return Evaluation(
            module=module.name,
            version=module.version,
            kind=module.kind,
            pairs=pairs,
            side=side,
            numbers=sum(tensor.numel() for tensor in definition.network().parameters()),
            proxy=_summaries([row.proxy for row in rows]),
            charts=_summaries([row.proxy for row in rows if row.name.startswith("chart")]),
            identity=_summaries([row.identity for row in rows]),
            nearest=_display_summary([row.nearest for row in rows]),
            tables=_display_summary([row.tables for row in rows]),
            checks=Checks(
                identity_error=_identity_error(definition, run, renderer, side),
                tile_error=_tile_error(module, run, positions[0], side),
                shuffled_psnr=float(np.mean(shuffled)) if shuffled else None,
            ),
            seconds_per_megapixel=float(np.median([row.seconds for row in rows])) / (side * side / 1e6),
            behaviour=tuple(sliders),
            rows=tuple(ImageResult(name=row.name, **_psnrs(row.proxy)) for row in rows),
        )


_BRIEF_STEPS = 3
"""Number of steps of each sweep."""


@dataclass(frozen=True, kw_only=True)
class _Row:
    """Results of one pair: PSNR in dB unless stated otherwise."""

    name: str
    proxy: Metrics
    identity: Metrics
    nearest: float | None
    tables: float | None
    shuffled: float | None
    seconds: float


def _row(pair: Pair, run: Runner, module: Module, other: Positions, baselines: Baselines | None) -> _Row:
    def psnr(output: Pixels | None) -> float | None:
        return None if output is None else display_psnr(output, pair.after, module)

    started = time.thread_time()
    output = run(pair.before, pair.sliders)
    seconds = time.thread_time() - started
    return _Row(
        name=pair.name,
        proxy=compare(output, pair.after, module),
        identity=compare(convert(pair.before, module.space, module.result_space), pair.after, module),
        nearest=psnr(baselines.nearest(pair.sliders, pair.before)) if baselines and module.sliders else None,
        tables=psnr(baselines.interpolated(pair.sliders, pair.before)) if baselines else None,
        shuffled=None if np.array_equal(other, pair.sliders) else psnr(run(pair.before, other)),
        seconds=seconds,
    )


def _psnrs(metrics: Metrics) -> dict[str, float]:
    return {name: getattr(metrics, name) for name in ("display_psnr", "log_psnr")}


def _display_summary(values: Sequence[float | None]) -> dict[str, MetricSummary]:
    present = [value for value in values if value is not None]
    return {"display_psnr": summarise(present, high_is_good=True)} if present else {}


def _summaries(metrics: Sequence[Metrics]) -> dict[str, MetricSummary]:
    return {
        field.name: summarise([getattr(one, field.name) for one in metrics], high_is_good=HIGH_IS_GOOD[field.name])
        for field in fields(Metrics)
        if metrics
    }


def _identity_error(definition: ProxyDefinition, run: Runner, renderer: SupportsRendering, side: int) -> float | None:
    if definition.identity is None:
        return None
    module = definition.module
    position = [definition.identity.get(slider.name, slider.default) for slider in module.sliders]
    image = to_module_space(chart(side, SEED), module)
    rendered = next(iter(renderer.render_many([Request(module.name, image, slider_values(module, position))])))
    if not np.array_equal(rendered, image):
        raise Failure(f"darktable's {module.name} is no identity at {position}", fix="change IDENTITY of the module")
    return float(np.abs(run(image, position) - image).max())


def _tile_error(module: Module, run: Runner, position: Positions, side: int) -> float | None:
    if module.receptive_field is None or module.frame:
        return None
    # A crop of a mosaic keeps its colour pattern only at even offsets.
    radius = module.receptive_field + (module.receptive_field % 2 if module.space == "raw" else 0)
    charts = range(2 + 2 * radius // side)
    strip = np.concatenate([to_module_space(chart(side, SEED + 1 + number), module) for number in charts], axis=1)
    transposed = np.ascontiguousarray(strip.swapaxes(0, 1))
    return max(_tile_difference(axis, run, position, image, radius) for axis, image in ((1, strip), (0, transposed)))


def _tile_difference(axis: int, run: Runner, position: Positions, image: Pixels, radius: int) -> float:
    """Return the largest difference between a long image's middle and the same part computed as a tile, by range."""
    size, side = image.shape[axis], image.shape[1 - axis]
    low = (size - side // 2) // 4 * 2
    core, crop = range(low, low + side // 2), range(low - radius, low + side // 2 + radius)
    whole = run(image, position)
    tile = run(np.ascontiguousarray(image.take(crop, axis)), position)
    difference = np.abs(whole.take(core, axis) - tile.take(range(radius, radius + len(core)), axis)).max()
    return float(difference / np.ptp(whole))
