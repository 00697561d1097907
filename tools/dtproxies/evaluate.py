"""Judge a proxy on pictures and slider positions it was not fitted on, against darktable's own renders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from dtbase.console import Console
from dtbase.errors import Failure
from dtbase.files import json_text
from dtproxies.darktable.render import Request
from dtproxies.images import Picture, chart, into_space
from dtproxies.member import Proxied, proxied
from dtproxies.metrics import Figures, Spread, compare, spread
from dtproxies.modules import Module
from dtproxies.pairs import Pair, Renders, render_pairs, slider_values
from dtproxies.runners import Run
from dtproxies.sampling import Positions, sample
from dtproxies.scenes import Scenes
from dtproxies.session import runner, session

PAIRS = 128
SIDE = 256
"""Of the pictures, in pixels."""
SEED = 1_000_003
"""Of positions, crops and charts; fitting takes small numbers, so no position is shared but corners."""
HIGH_IS_GOOD = {"display_psnr": True, "log_psnr": True, "max_error": False, "relative_error": False}


@dataclass(frozen=True, kw_only=True)
class Checks:
    """What has to hold beside the figures."""

    identity_error: float | None
    """Largest change by the proxy where darktable changes nothing; None when the module has no such position."""
    tile_error: float | None
    """Largest difference between the middle of a tile with a halo of `reach` pixels and the same place of the whole
    picture, as a share of the range of values; None for a module that looks at the whole picture."""
    shuffled_psnr: float
    """Mean display PSNR when each picture is given the sliders of another: it has to collapse."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """A proxy and what leaving the picture alone would give, by figure."""

    module: str
    version: int
    pairs: int
    side: int
    proxy: Mapping[str, Spread]
    identity: Mapping[str, Spread]
    charts: Mapping[str, Spread]
    """The proxy on computed charts alone."""
    checks: Checks


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
    shuffled = _shuffled(positions)
    with console.progress(f"evaluating {module.name} on {pairs} pairs", pairs) as advance:
        rows = []
        scenes = Scenes(photographs=pictures, side=side, seed=SEED)
        for number, pair in enumerate(render_pairs(module, renderer, scenes, positions)):
            rows.append(_row(pair, run, module, shuffled[number]))
            advance(1)
    return Evaluation(
        module=module.name,
        version=module.version,
        pairs=pairs,
        side=side,
        proxy=_spreads([row.proxy for row in rows]),
        identity=_spreads([row.identity for row in rows]),
        charts=_spreads([row.proxy for row in rows if row.name.startswith("chart")]),
        checks=Checks(
            identity_error=_identity_error(proxied, run, renderer, side),
            tile_error=_tile_error(module, run, positions[0], side),
            shuffled_psnr=float(np.mean([row.shuffled.display_psnr for row in rows])),
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _Row:
    name: str
    proxy: Figures
    identity: Figures
    shuffled: Figures


def _row(pair: Pair, run: Run, module: Module, other: Positions) -> _Row:
    return _Row(
        name=pair.name,
        proxy=compare(run(pair.before, pair.sliders), pair.after, module),
        identity=compare(pair.before, pair.after, module),
        shuffled=compare(run(pair.before, other), pair.after, module),
    )


def _shuffled(positions: Positions) -> Positions:
    """Each row somewhere else."""
    return np.roll(positions, len(positions) // 2, axis=0)


def _spreads(figures: Sequence[Figures]) -> dict[str, Spread]:
    return {
        field.name: spread([getattr(one, field.name) for one in figures], high_is_good=HIGH_IS_GOOD[field.name])
        for field in fields(Figures)
        if figures
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
    if module.reach is None:
        return None
    image = into_space(chart(side, SEED + 1), module)
    quarter, reach = side // 4, module.reach
    low, high = max(quarter - reach, 0), min(side - quarter + reach, side)
    inside = slice(quarter - low, side - quarter - low)
    whole = run(image, position)
    tile = run(np.ascontiguousarray(image[low:high, low:high]), position)[inside, inside]
    apart = np.abs(whole[quarter : side - quarter, quarter : side - quarter] - tile).max()
    return float(apart / np.ptp(whole))


def evaluate_module(
    console: Console,
    name: str,
    *,
    weights: Path | None,
    onnx: Path | None,
    images: Path,
    pairs: int = PAIRS,
    at_least: float | None = None,
    as_json: bool = False,
) -> int:
    """Evaluate a proxy of the module `name` with the darktable of this machine and print what was found.

    Returns:
        The exit code: 1 when the mean display PSNR is below `at_least`.

    Raises:
        WrongUsage: no proxy of such a module is known, or not exactly one file of it is given.
        Failure: there is no darktable or no photograph, or the file does not belong to this module.
    """
    run = runner(proxied(name), weights, onnx)
    with session(name, images, "evaluate", side=SIDE) as given:
        found = evaluate(given.proxied, run, given.renderer, given.pictures, console=console, pairs=pairs)
    if as_json:
        console.say(json_text(asdict(found)).rstrip())
    else:
        report(console, found)
    mean = found.proxy["display_psnr"].mean
    if at_least is not None and mean < at_least:
        console.note(f"error: mean display PSNR is {mean:.1f} dB, and at least {at_least:g} dB are wanted")
        return 1
    return 0


_ROWS: list[tuple[str, str, Callable[[float], str]]] = [
    ("display_psnr", "display PSNR, dB (at most 150)", lambda value: f"{value:.1f}"),
    ("log_psnr", "log-encoded PSNR, dB (at most 150)", lambda value: f"{value:.1f}"),
    ("max_error", "largest error, not clipped", lambda value: f"{value:.2e}"),
    ("relative_error", "relative error, 99.9 %", lambda value: f"{value:.2e}"),
]


def report(console: Console, evaluation: Evaluation) -> None:
    """Print the figures of the proxy beside those of leaving the picture alone, and the checks."""
    sides = {"proxy": evaluation.proxy, "proxy, charts": evaluation.charts, "identity": evaluation.identity}
    rows = [
        [label, side, *(show(value) for value in asdict(figures[name]).values())]
        for name, label, show in _ROWS
        for side, figures in sides.items()
        if name in figures
    ]
    title = (
        f"{evaluation.module} version {evaluation.version}: {evaluation.pairs} pairs of {evaluation.side} x "
        f"{evaluation.side} pixels, unseen pictures and sliders"
    )
    console.table(["figure", "of", "mean", "p5", "worst"], rows, title=title)
    checks = evaluation.checks
    if checks.identity_error is not None:
        console.say(f"where darktable changes nothing, the proxy changes at most {checks.identity_error:.2e}")
    if checks.tile_error is not None:
        console.say(f"tile against whole: {checks.tile_error:.2e} of the range of values")
    console.say(f"sliders of another picture: {checks.shuffled_psnr:.1f} dB on average")
