"""An evaluation of a proxy as a person reads it on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from dtbase.terminal.console import Console
from dtproxies.evaluation.results import Evaluation

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


def print_evaluation(console: Console, evaluation: Evaluation) -> None:
    """Print the figures of the proxy beside those of doing without, its sliders, and the checks."""
    rows = [
        [label, title, *(show(value) for value in asdict(getattr(evaluation, side)[name]).values())]
        for name, label, show in _ROWS
        for side, title in _SIDES.items()
        if name in getattr(evaluation, side)
    ]
    title = (
        f"{evaluation.module} version {evaluation.version}: {evaluation.pairs} pairs of {evaluation.side} x "
        f"{evaluation.side} pixels, unseen images and sliders"
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
        console.say(f"sliders of another image: {checks.shuffled_psnr:.1f} dB on average")
    verdict = f"missed by {', '.join(evaluation.short)}" if evaluation.short else "met"
    console.say(f"target of kind {evaluation.kind}: {evaluation.target} dB, {verdict}")


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
