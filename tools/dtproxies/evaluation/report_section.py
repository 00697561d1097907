"""Section of REPORT.md with the results of a proxy, between two markers; the rest of the report stays unchanged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from dtbase.text.generated_section import replace_section
from dtproxies.evaluation.results import NAMES, Evaluation
from dtproxies.images.metrics import MetricSummary
from dtproxies.proxy.definition import load_definition
from dtproxies.vocabulary.module import Module

BEGIN, END = "<!-- figures:begin, written by `dtproxies evaluate` -->", "<!-- figures:end -->"
BY_HAND = re.compile(r"^\| Figure \|.*\n(?:\|.*\n)+", re.MULTILINE)
"""Hand-written table of results in a report without markers."""
DISCRETE = "n/a (discrete)"
"""Printed for a baseline if all sliders are choices: the nearest rendered setting is then the setting itself."""

Format = Callable[[float], str]
_DB: Format = "{:.1f}".format
_QUALITY: Sequence[tuple[str, str, Format]] = [
    ("display_psnr", "PSNR, sRGB display-referred (dB, capped at 150)", _DB),
    ("log_psnr", "PSNR, log-encoded, not clipped (dB, capped at 150)", _DB),
    ("ssim", "SSIM, sRGB display-referred", "{:.6f}".format),
]
_ERRORS: Sequence[tuple[str, str, Format]] = [
    ("delta_e", "CIEDE2000, sRGB display-referred", "{:.3g}".format),
    ("relative_error", "99.9th percentile of relative error (ppm)", lambda value: f"{1e6 * value:.3g}"),
    ("max_error", "maximum absolute error, not clipped", "{:.3g}".format),
]


def with_results(text: str, evaluation: Evaluation, where: str) -> str:
    """Return the text of a report with these results between its markers.

    Raises:
        Failure: the report has no markers.
    """
    return replace_section(with_markers(text), BEGIN, END, "".join(f"{line}\n" for line in _lines(evaluation)), where)


def with_markers(text: str) -> str:
    """Return the report with markers around its hand-written table, if it has such a table and no markers."""
    return text if BEGIN in text else BY_HAND.sub(f"{BEGIN}\n{END}\n", text, count=1)


def only_choices(module: Module) -> bool:
    """Return whether the module has sliders and all of them are choices."""
    return bool(module.sliders) and all(slider.choices for slider in module.sliders)


def _lines(evaluation: Evaluation) -> Iterator[str]:
    module = load_definition(evaluation.module).module
    yield from (_row("metric", "mean", "p5", "min", "identity baseline, mean"), _rule(5))
    for name, label, form in _QUALITY:
        yield _row(label, *_statistics(evaluation.proxy[name], form), form(evaluation.identity[name].mean))
    for label, baseline in _baselines(evaluation):
        cells = [DISCRETE] * 3 if only_choices(module) else _statistics(baseline["display_psnr"], _DB)
        yield _row(f"baseline: {label}, PSNR (dB)", *cells, "")
    yield from ("", _row("error", "mean", "p95", "max", "identity baseline, mean"), _rule(5))
    for name, label, form in _ERRORS:
        yield _row(label, *_statistics(evaluation.proxy[name], form), form(evaluation.identity[name].mean))
    if evaluation.behaviour:
        columns = ("sweep, min PSNR (dB)", "gradient cosine similarity", "gradient norm ratio")
        yield from ("", _row("slider", *columns), _rule(4))
    for one in evaluation.behaviour:
        cosine, ratio = ("" if value is None else f"{value:.5f}" for value in (one.cosine, one.magnitude))
        yield _row(f"`{one.slider}`", f"{one.sweep_worst:.1f}", cosine, ratio)
    yield from ("", *_sentences(evaluation, module))


def _baselines(evaluation: Evaluation) -> Iterator[tuple[str, dict[str, MetricSummary]]]:
    if evaluation.nearest:
        yield "nearest of 64 rendered settings", dict(evaluation.nearest)
    if evaluation.tables:
        yield "interpolated 3D LUT", dict(evaluation.tables)


def _sentences(evaluation: Evaluation, module: Module) -> Iterator[str]:
    checks = evaluation.checks
    verdict = f"missed by {', '.join(evaluation.short)}" if evaluation.short else "reached"
    if module.result_space == module.space:
        yield "The identity baseline is the input image unchanged."
    else:
        yield "The identity baseline is the input image, converted to the colour space of the output."
    yield f"Target of kind {evaluation.kind} (mean/p5/min PSNR, dB): {evaluation.target}; {verdict}."
    if checks.shuffled_psnr is not None:
        yield f"With the sliders of another image, the mean PSNR is {checks.shuffled_psnr:.1f} dB."
    if checks.identity_error is not None:
        behaviour = (
            f"changes it by at most {checks.identity_error:.2g}" if checks.identity_error else "returns it unchanged"
        )
        yield f"Where darktable returns its input unchanged, the proxy {behaviour}."
    if checks.tile_error is not None:
        comparison = (
            f"differs from it by at most {checks.tile_error:.2g} of the value range"
            if checks.tile_error
            else "equals it"
        )
        border = f"a border of {module.receptive_field} pixels"
        yield f"Compared with the same part of the whole image, a tile with {border} {comparison}."
    yield (
        f"CPU time of the torch network: {evaluation.seconds_per_megapixel:.2f} s/MP, on one thread and images of "
        f"{evaluation.side} x {evaluation.side} pixels."
    )


def _statistics(results: MetricSummary, form: Format) -> list[str]:
    return [form(getattr(results, name)) for name in NAMES]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(count: int) -> str:
    return _row(*["---"] * count)
