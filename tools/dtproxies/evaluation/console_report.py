"""Report of one evaluation on the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from dtbase.terminal.console import Console
from dtproxies.evaluation.report_section import DISCRETE, only_choices
from dtproxies.evaluation.results import Evaluation
from dtproxies.proxy.definition import load_definition

_ROWS: list[tuple[str, str, Callable[[float], str]]] = [
    ("display_psnr", "PSNR, sRGB display-referred (dB, capped at 150)", lambda value: f"{value:.1f}"),
    ("log_psnr", "PSNR, log-encoded (dB, capped at 150)", lambda value: f"{value:.1f}"),
    ("ssim", "SSIM, sRGB display-referred", lambda value: f"{value:.5f}"),
    ("delta_e", "CIEDE2000", lambda value: f"{value:.4f}"),
    ("max_error", "maximum absolute error, not clipped", lambda value: f"{value:.2e}"),
    ("relative_error", "99.9th percentile of relative error (ppm)", lambda value: f"{1e6 * value:.3g}"),
]
_SIDES = {
    "proxy": "proxy",
    "charts": "proxy, charts",
    "identity": "baseline: identity",
    "nearest": "baseline: nearest of 64 rendered settings",
    "tables": "baseline: interpolated 3D LUT",
}


def print_evaluation(console: Console, evaluation: Evaluation) -> None:
    """Print the results of the proxy and of the baselines, one row per slider, and the checks."""
    discrete = only_choices(load_definition(evaluation.module).module)
    rows = []
    for name, label, form in _ROWS:
        for side, title in _SIDES.items():
            if values := getattr(evaluation, side).get(name):
                not_applicable = discrete and side in ("nearest", "tables")
                cells = [DISCRETE] * 3 if not_applicable else [form(value) for value in asdict(values).values()]
                rows.append([label, title, *cells])
    title = (
        f"{evaluation.module} version {evaluation.version}: {evaluation.pairs} pairs of {evaluation.side} x "
        f"{evaluation.side} pixels, unseen images and sliders; of errors, p95 and max instead of p5 and min"
    )
    console.table(["metric", "of", "mean", "p5", "min"], rows, title=title)
    if evaluation.behaviour:
        _print_sliders(console, evaluation)
    checks = evaluation.checks
    if checks.identity_error is not None:
        console.say(f"at identity settings, the proxy changes the image by at most {checks.identity_error:.2e}")
    if checks.tile_error is not None:
        console.say(f"tile compared with the whole image: at most {checks.tile_error:.2e} of the value range")
    if checks.shuffled_psnr is not None:
        console.say(f"with the sliders of another image: mean PSNR {checks.shuffled_psnr:.1f} dB")
    verdict = f"missed by {', '.join(evaluation.short)}" if evaluation.short else "met"
    console.say(f"target of kind {evaluation.kind} (mean/p5/min): {evaluation.target} dB, {verdict}")


def _print_sliders(console: Console, evaluation: Evaluation) -> None:
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
        "sweep, min PSNR (dB)",
        "sweep error",
        "direction errors",
        "gradient cosine similarity",
        "gradient norm ratio",
    ]
    console.table(columns, rows, title="sliders, one at a time")
