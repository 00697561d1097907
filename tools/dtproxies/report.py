"""Evaluations of proxies for people and programs, and the commands that ask for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from dtbase.console import Console
from dtbase.errors import Failure
from dtbase.files import json_text, write_text
from dtproxies.evaluate import PAIRS, SIDE, TARGETS, Evaluation, evaluate
from dtproxies.member import proxied
from dtproxies.runners import torch_runner
from dtproxies.session import runner, session
from dtproxies.weights import facts_of

WEIGHTS = "*/weights.safetensors"
"""Where the weights of a proxy lie below a folder of models."""


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


def evaluate_all(
    console: Console,
    models: Path,
    *,
    images: Path,
    pairs: int = PAIRS,
    table: Path | None = None,
    as_json: bool = False,
) -> int:
    """Evaluate every proxy below the folder `models`, print one table, and write it as a page if asked to.

    Returns:
        The exit code: 1 when one of them misses the target of its kind.

    Raises:
        Failure: there is no proxy, no darktable or no photograph.
    """
    found = []
    for weights in sorted(models.glob(WEIGHTS)):
        name = facts_of(weights)["module"]
        run = torch_runner(proxied(name), weights)
        with session(name, images, "evaluate", side=SIDE) as given:
            found.append(evaluate(given.proxied, run, given.renderer, given.pictures, console=console, pairs=pairs))
    if not found:
        raise Failure("no proxy lies here", where=str(models / WEIGHTS))
    if as_json:
        console.say(json_text([asdict(one) for one in found]).rstrip())
    else:
        console.table(_COLUMNS, [_line(one) for one in found])
    if table is not None:
        write_text(table, page(found))
    return 0 if all(one.on_target for one in found) else 1


_COLUMNS = [
    *("module", "kind", "sliders", "mean", "p5", "worst", "target", "met"),
    *("identity", "nearest", "tables", "log", "SSIM", "dE", "sweep", "cosine", "s/MP"),
]


def page(found: Sequence[Evaluation]) -> str:
    """The table of all proxies as Markdown."""
    rows = [_COLUMNS, ["---"] * len(_COLUMNS), *map(_line, found)]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return _PAGE.format(pairs=found[0].pairs, side=found[0].side, lines=lines)


_PAGE = """\
# Figures of all proxies

Written by `dtproxies evaluate --all --table docs/proxy-figures.md`; not edited by hand. Each proxy was held against
darktable on {pairs} pictures of {side} x {side} pixels and slider positions that it was not trained on.

mean, p5, worst: display PSNR in dB (clipped, sRGB-encoded, at most 150): on average, what 95 % of the pictures reach,
and the lowest; target: what a proxy of this kind is meant to reach. identity: the picture left alone, nearest:
darktable at the nearest of 64 settings, tables: colour tables of the nearest settings, blended; mean display PSNR. log:
PSNR of unclipped light in stops. SSIM, dE (CIEDE2000): means, as shown. sweep: lowest display PSNR while one slider
moves over its range. cosine: lowest mean cosine between the slope of a slider and darktable's. s/MP: seconds for a
million pixels on the machine that wrote this.

{lines}
"""


def _line(one: Evaluation) -> list[str]:
    def mean(side: str, figure: str = "display_psnr", form: str = ".1f") -> str:
        figures = getattr(one, side)
        return format(figures[figure].mean, form) if figures else "-"

    display = one.proxy["display_psnr"]
    cosines = [slider.cosine for slider in one.behaviour if slider.cosine is not None]
    sweeps = [slider.sweep_worst for slider in one.behaviour]
    return [
        one.module,
        one.kind,
        str(len(one.behaviour)),
        *(f"{value:.1f}" for value in (display.mean, display.p5, display.worst)),
        "/".join(f"{value:g}" for value in TARGETS[one.kind]),
        "yes" if one.on_target else "no",
        *(mean(side) for side in ("identity", "nearest", "tables")),
        mean("proxy", "log_psnr"),
        mean("proxy", "ssim", ".4f"),
        mean("proxy", "delta_e", ".3f"),
        f"{min(sweeps):.1f}" if sweeps else "-",
        f"{min(cosines):.3f}" if cosines else "-",
        f"{one.seconds_per_megapixel:.2f}",
    ]


_ROWS: list[tuple[str, str, Callable[[float], str]]] = [
    ("display_psnr", "display PSNR, dB (at most 150)", lambda value: f"{value:.1f}"),
    ("log_psnr", "log-encoded PSNR, dB (at most 150)", lambda value: f"{value:.1f}"),
    ("ssim", "SSIM, as shown", lambda value: f"{value:.5f}"),
    ("delta_e", "colour difference, CIEDE2000", lambda value: f"{value:.4f}"),
    ("max_error", "largest error, not clipped", lambda value: f"{value:.2e}"),
    ("relative_error", "relative error, 99.9 %", lambda value: f"{value:.2e}"),
]
_SIDES = {
    "proxy": "proxy",
    "charts": "proxy, charts",
    "identity": "identity",
    "nearest": "nearest of 64 settings",
    "tables": "blended tables",
}


def report(console: Console, evaluation: Evaluation) -> None:
    """Print the figures of the proxy beside those of doing without, its sliders, and the checks."""
    rows = [
        [label, title, *(show(value) for value in asdict(getattr(evaluation, side)[name]).values())]
        for name, label, show in _ROWS
        for side, title in _SIDES.items()
        if name in getattr(evaluation, side)
    ]
    title = (
        f"{evaluation.module} version {evaluation.version}: {evaluation.pairs} pairs of {evaluation.side} x "
        f"{evaluation.side} pixels, unseen pictures and sliders"
    )
    console.table(["figure", "of", "mean", "p5", "worst"], rows, title=title)
    if evaluation.behaviour:
        _report_sliders(console, evaluation)
    checks = evaluation.checks
    if checks.identity_error is not None:
        console.say(f"where darktable changes nothing, the proxy changes at most {checks.identity_error:.2e}")
    if checks.tile_error is not None:
        console.say(f"tile against whole: {checks.tile_error:.2e} of the range of values")
    if checks.shuffled_psnr is not None:
        console.say(f"sliders of another picture: {checks.shuffled_psnr:.1f} dB on average")
    wanted = "/".join(f"{value:g}" for value in TARGETS[evaluation.kind])
    console.say(f"target of kind {evaluation.kind}: {wanted} dB, {'met' if evaluation.on_target else 'missed'}")


def _report_sliders(console: Console, evaluation: Evaluation) -> None:
    rows = [
        [
            one.slider,
            f"{one.sweep_worst:.1f}",
            f"{one.sweep_error:.2e}",
            str(one.turns),
            "-" if one.cosine is None else f"{one.cosine:.5f}",
            "-" if one.magnitude is None else f"{one.magnitude:.4f}",
        ]
        for one in evaluation.behaviour
    ]
    columns = [
        "slider",
        "worst of sweep, dB",
        "error of sweep",
        "turns against",
        "cosine of slopes",
        "length of slopes",
    ]
    console.table(columns, rows, title="sliders, one at a time")
