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
from dtproxies.evaluation.slider_sensitivity import STEPS, behaviour
from dtproxies.images.image import LinearImage, Pixels, chart, to_module_space
from dtproxies.images.metrics import Metrics, MetricSummary, compare, display_psnr, summarise
from dtproxies.images.module_spaces import convert
from dtproxies.images.training_images import ImageSequence
from dtproxies.proxy.definition import ProxyDefinition
from dtproxies.proxy.runners import Run
from dtproxies.proxy.sampling import Positions, sample
from dtproxies.render.pairs import Pair, Renders, render_pairs, slider_values
from dtproxies.render.torch_threads import one_core
from dtproxies.vocabulary.module import Module

PAIRS = 128
"""The standard ones."""
SIDE = 256
"""Of the images, in pixels."""
SEED = 1_000_003
"""Of positions, crops and charts; fitting takes small numbers, so no position is shared but corners."""
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
    run: Run,
    renderer: Renders,
    photographs: Sequence[LinearImage],
    *,
    console: Console,
    pairs: int = PAIRS,
    side: int = SIDE,
    brief: bool = False,
) -> Evaluation:
    """Render pairs and compare the proxy with them, on one core.

    Args:
        definition: the module.
        run: the proxy.
        renderer: set up for the module and images of side x side pixels.
        photographs: photographs that the proxy was not fitted on.
        console: where progress goes.
        pairs: how many; fewer are the first of the standard ones.
        side: of the images, in pixels.
        brief: leave out what is reached without a proxy, and sweep each slider in few steps.

    Raises:
        Failure: the module did not run, or `IDENTITY` of the module is no identity in darktable.
    """
    module = definition.module
    positions = sample(module, max(pairs, PAIRS), seed=SEED, reachable=definition.reachable)[:pairs]
    scenes = ImageSequence(photographs=photographs, side=side, seed=SEED)
    rows: list[_Row] = []
    with one_core(), console.progress(f"evaluating {module.name} on {pairs} pairs", pairs) as advance:
        baselines = None if brief else Baselines(definition, renderer, side)
        others = np.roll(positions, len(positions) // 2, axis=0)
        for pair, other in zip(render_pairs(module, renderer, scenes, positions), others, strict=True):
            rows.append(_row(pair, run, module, other, baselines))
            advance(1)
        sliders = behaviour(definition, run, renderer, steps=_BRIEF if brief else STEPS)
        shuffled = [row.shuffled for row in rows if row.shuffled is not None]
        return Evaluation(
            module=module.name,
            version=module.version,
            kind=module.kind,
            pairs=pairs,
            side=side,
            numbers=sum(tensor.numel() for tensor in definition.network().parameters()),
            proxy=_spreads([row.proxy for row in rows]),
            charts=_spreads([row.proxy for row in rows if row.name.startswith("chart")]),
            identity=_spreads([row.identity for row in rows]),
            nearest=_display([row.nearest for row in rows]),
            tables=_display([row.tables for row in rows]),
            checks=Checks(
                identity_error=_identity_error(definition, run, renderer, side),
                tile_error=_tile_error(module, run, positions[0], side),
                shuffled_psnr=float(np.mean(shuffled)) if shuffled else None,
            ),
            seconds_per_megapixel=float(np.median([row.seconds for row in rows])) / (side * side / 1e6),
            behaviour=tuple(sliders),
            rows=tuple(ImageResult(name=row.name, **_both(row.proxy)) for row in rows),
        )


_BRIEF = 3
"""Steps of the sweeps."""


@dataclass(frozen=True, kw_only=True)
class _Row:
    """Results of one pair; without another unit, PSNR in dB."""

    name: str
    proxy: Metrics
    identity: Metrics
    nearest: float | None
    tables: float | None
    shuffled: float | None
    seconds: float


def _row(pair: Pair, run: Run, module: Module, other: Positions, baselines: Baselines | None) -> _Row:
    def judged(made: Pixels | None) -> float | None:
        return None if made is None else display_psnr(made, pair.after, module)

    began = time.thread_time()
    made = run(pair.before, pair.sliders)
    seconds = time.thread_time() - began
    return _Row(
        name=pair.name,
        proxy=compare(made, pair.after, module),
        identity=compare(convert(pair.before, module.space, module.result_space), pair.after, module),
        nearest=judged(baselines.nearest(pair.sliders, pair.before)) if baselines and module.sliders else None,
        tables=judged(baselines.blended(pair.sliders, pair.before)) if baselines else None,
        shuffled=None if np.array_equal(other, pair.sliders) else judged(run(pair.before, other)),
        seconds=seconds,
    )


def _both(figures: Metrics) -> dict[str, float]:
    return {name: getattr(figures, name) for name in ("display_psnr", "log_psnr")}


def _display(values: Sequence[float | None]) -> dict[str, MetricSummary]:
    there = [one for one in values if one is not None]
    return {"display_psnr": summarise(there, high_is_good=True)} if there else {}


def _spreads(figures: Sequence[Metrics]) -> dict[str, MetricSummary]:
    return {
        field.name: summarise([getattr(one, field.name) for one in figures], high_is_good=HIGH_IS_GOOD[field.name])
        for field in fields(Metrics)
        if figures
    }


def _identity_error(definition: ProxyDefinition, run: Run, renderer: Renders, side: int) -> float | None:
    if definition.identity is None:
        return None
    module = definition.module
    position = [definition.identity.get(slider.name, slider.default) for slider in module.sliders]
    image = to_module_space(chart(side, SEED), module)
    rendered = next(iter(renderer.render_many([Request(module.name, image, slider_values(module, position))])))
    if not np.array_equal(rendered, image):
        raise Failure(f"darktable's {module.name} is no identity at {position}", fix="correct IDENTITY of the module")
    return float(np.abs(run(image, position) - image).max())


def _tile_error(module: Module, run: Run, position: Positions, side: int) -> float | None:
    if module.receptive_field is None or module.frame:
        return None
    # A mosaic starts red, green again at even places only.
    reach = module.receptive_field + (module.receptive_field % 2 if module.space == "raw" else 0)
    charts = range(2 + 2 * reach // side)
    strip = np.concatenate([to_module_space(chart(side, SEED + 1 + number), module) for number in charts], axis=1)
    turned = np.ascontiguousarray(strip.swapaxes(0, 1))
    return max(_apart_along(axis, run, position, image, reach) for axis, image in ((1, strip), (0, turned)))


def _apart_along(axis: int, run: Run, position: Positions, image: Pixels, reach: int) -> float:
    """Return the largest difference between a long image's middle and the same part computed as a tile, by range."""
    size, side = image.shape[axis], image.shape[1 - axis]
    low = (size - side // 2) // 4 * 2
    core, piece = range(low, low + side // 2), range(low - reach, low + side // 2 + reach)
    whole = run(image, position)
    tile = run(np.ascontiguousarray(image.take(piece, axis)), position)
    apart = np.abs(whole.take(core, axis) - tile.take(range(reach, reach + len(core)), axis)).max()
    return float(apart / np.ptp(whole))
