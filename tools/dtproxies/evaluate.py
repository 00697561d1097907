"""Judge a proxy on pictures and slider positions it was not fitted on, against darktable's own renders."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from dtbase.console import Console
from dtbase.errors import Failure
from dtproxies.baselines import Baselines
from dtproxies.behaviour import Behaviour, behaviour
from dtproxies.darktable.render import Request
from dtproxies.images import Picture, Pixels, chart, into_space
from dtproxies.member import Proxied
from dtproxies.metrics import Figures, Spread, compare, spread
from dtproxies.modules import Kind, Module
from dtproxies.pairs import Pair, Renders, render_pairs, slider_values
from dtproxies.runners import Run
from dtproxies.sampling import Positions, sample
from dtproxies.scenes import Scenes
from dtproxies.spaces import convert

PAIRS = 128
SIDE = 256
"""Of the pictures, in pixels."""
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
TARGETS: Mapping[Kind, tuple[float, float, float]] = {
    "exact": (90, 80, 70),
    "curve": (50, 45, 40),
    "colour": (50, 45, 40),
    "position": (50, 45, 40),
    "local": (45, 40, 34),
    "multi-scale": (40, 35, 30),
    "global": (38, 33, 28),
    "raw": (45, 40, 34),
}
"""Display PSNR in dB that a proxy is meant to reach on average, in 95 % of the pictures, and in the worst."""


@dataclass(frozen=True, kw_only=True)
class Checks:
    """What has to hold beside the figures."""

    identity_error: float | None
    """Largest change by the proxy where darktable changes nothing; None when the module has no such position."""
    tile_error: float | None
    """Largest difference between the middle of a tile with a halo of `reach` pixels and the same place of the whole
    picture, as a share of the range of values; None for a module that looks at the whole picture or its place in it."""
    shuffled_psnr: float | None
    """Mean display PSNR when each picture is given the sliders of another, where those differ: it has to collapse. None
    without sliders."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """A proxy, and what is reached without one, by figure."""

    module: str
    version: int
    kind: Kind
    pairs: int
    side: int
    proxy: Mapping[str, Spread]
    charts: Mapping[str, Spread]
    """The proxy on computed charts alone."""
    identity: Mapping[str, Spread]
    """The picture left alone."""
    nearest: Mapping[str, Spread]
    """darktable at the nearest of 64 settings; empty without sliders."""
    tables: Mapping[str, Spread]
    """Colour tables of the nearest settings, blended; empty for mosaics."""
    behaviour: tuple[Behaviour, ...]
    checks: Checks
    seconds_per_megapixel: float
    """Of the proxy on this machine, by the clock."""

    @property
    def on_target(self) -> bool:
        """Whether it reaches what its kind is meant to."""
        reached = self.proxy["display_psnr"]
        wanted = TARGETS[self.kind]
        return all(one >= other for one, other in zip((reached.mean, reached.p5, reached.worst), wanted, strict=True))


def evaluate(
    proxied: Proxied,
    run: Run,
    renderer: Renders,
    pictures: Sequence[Picture],
    *,
    console: Console,
    pairs: int = PAIRS,
    side: int = SIDE,
) -> Evaluation:
    """Render pairs and hold the proxy against them.

    Args:
        proxied: the module.
        run: the proxy.
        renderer: set up for the module and images of side x side pixels.
        pictures: photographs that the proxy was not fitted on.
        console: where progress goes.
        pairs: how many.
        side: of the pictures, in pixels.

    Raises:
        Failure: the module did not run, or `IDENTITY` of the module is no identity in darktable.
    """
    module = proxied.module
    positions = sample(module, pairs, seed=SEED, reachable=proxied.reachable)
    others = np.roll(positions, len(positions) // 2, axis=0)
    scenes = Scenes(photographs=pictures, side=side, seed=SEED)
    baselines = Baselines(proxied, renderer, side)
    rows = []
    with console.progress(f"evaluating {module.name} on {pairs} pairs", pairs) as advance:
        for pair, other in zip(render_pairs(module, renderer, scenes, positions), others, strict=True):
            rows.append(_row(pair, run, module, other, baselines))
            advance(1)
    shuffled = [row.shuffled for row in rows if row.shuffled is not None]
    return Evaluation(
        module=module.name,
        version=module.version,
        kind=module.kind,
        pairs=pairs,
        side=side,
        proxy=_spreads([row.proxy for row in rows]),
        charts=_spreads([row.proxy for row in rows if row.name.startswith("chart")]),
        identity=_spreads([row.identity for row in rows]),
        nearest=_spreads([row.nearest for row in rows]),
        tables=_spreads([row.tables for row in rows]),
        checks=Checks(
            identity_error=_identity_error(proxied, run, renderer, side),
            tile_error=_tile_error(module, run, positions[0], side),
            shuffled_psnr=float(np.mean(shuffled)) if shuffled else None,
        ),
        seconds_per_megapixel=float(np.median([row.seconds for row in rows])) / (side * side / 1e6),
        behaviour=tuple(behaviour(proxied, run, renderer)),
    )


@dataclass(frozen=True, kw_only=True)
class _Row:
    name: str
    proxy: Figures
    identity: Figures
    nearest: Figures | None
    tables: Figures | None
    shuffled: float | None
    seconds: float


def _row(pair: Pair, run: Run, module: Module, other: Positions, baselines: Baselines) -> _Row:
    def judged(made: Pixels | None) -> Figures | None:
        return None if made is None else compare(made, pair.after, module)

    began = time.perf_counter()
    made = run(pair.before, pair.sliders)
    seconds = time.perf_counter() - began
    sliders, apart = bool(module.sliders), not np.array_equal(other, pair.sliders)
    return _Row(
        name=pair.name,
        proxy=compare(made, pair.after, module),
        identity=compare(convert(pair.before, module.space, module.made), pair.after, module),
        nearest=judged(baselines.nearest(pair.sliders, pair.before)) if sliders else None,
        tables=judged(baselines.blended(pair.sliders, pair.before)),
        shuffled=compare(run(pair.before, other), pair.after, module).display_psnr if apart else None,
        seconds=seconds,
    )


def _spreads(figures: Sequence[Figures | None]) -> dict[str, Spread]:
    there = [one for one in figures if one is not None]
    return {
        field.name: spread([getattr(one, field.name) for one in there], high_is_good=HIGH_IS_GOOD[field.name])
        for field in fields(Figures)
        if there
    }


def _identity_error(proxied: Proxied, run: Run, renderer: Renders, side: int) -> float | None:
    if proxied.identity is None:
        return None
    module = proxied.module
    position = [proxied.identity.get(slider.name, slider.default) for slider in module.sliders]
    image = into_space(chart(side, SEED), module)
    rendered = next(iter(renderer.render_many([Request(module.name, image, slider_values(module, position))])))
    if not np.array_equal(rendered, image):
        raise Failure(f"darktable's {module.name} is no identity at {position}", fix="correct IDENTITY of the module")
    return float(np.abs(run(image, position) - image).max())


def _tile_error(module: Module, run: Run, position: Positions, side: int) -> float | None:
    if module.reach is None or module.frame:
        return None
    image = into_space(chart(side, SEED + 1), module)
    # A mosaic starts red, green again at even places only.
    quarter, reach = side // 4, module.reach + (module.reach % 2 if module.space == "raw" else 0)
    low, high = max(quarter - reach, 0), min(side - quarter + reach, side)
    inside = slice(quarter - low, side - quarter - low)
    whole = run(image, position)
    tile = run(np.ascontiguousarray(image[low:high, low:high]), position)[inside, inside]
    apart = np.abs(whole[quarter : side - quarter, quarter : side - quarter] - tile).max()
    return float(apart / np.ptp(whole))
