"""The figures of a proxy as its report states them, between two marks; nothing else in the report is touched."""

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
"""A table in a report that has no marks yet."""
_FIGURES: Sequence[tuple[str, str, Callable[[float], str]]] = [
    ("display_psnr", "PSNR as shown on a screen, dB, at most 150", "{:.1f}".format),
    ("log_psnr", "PSNR of the logarithm of light, dB, at most 150", "{:.1f}".format),
    ("ssim", "SSIM, as shown", "{:.6f}".format),
    ("delta_e", "colour difference (CIEDE2000), as shown", "{:.3g}".format),
    ("relative_error", "relative error of 99.9 % of the values", "{:.3g}".format),
    ("max_error", "largest error, not clipped", "{:.3g}".format),
]


def with_figures(text: str, found: Evaluation, where: str) -> str:
    """The text of a report with these figures in the place of those it has.

    Raises:
        Failure: it says nowhere where they belong.
    """
    return replace_section(with_marks(text), BEGIN, END, "".join(f"{line}\n" for line in _lines(found)), where)


def with_marks(text: str) -> str:
    """The report with marks round a table that was written by hand, where it has one and no marks."""
    return text if BEGIN in text else BY_HAND.sub(f"{BEGIN}\n{END}\n", text, count=1)


def _lines(found: Evaluation) -> Iterator[str]:
    module = load_definition(found.module).module
    alone = "when nothing is done" if module.result_space == module.space else "of mere conversion"
    yield from (f"| Figure | Mean | 95 % are as good as | Worst | Mean {alone} |", _rule(5))
    for name, label, form in _FIGURES:
        yield _row(label, *_spread(found.proxy[name], form), form(found.identity[name].mean))
    rivals = {"darktable at the nearest of 64 settings": found.nearest, "colour tables, blended": found.tables}
    for label, figures in rivals.items():
        if figures:
            yield _row(f"instead: {label}, dB as shown", *_spread(figures["display_psnr"], "{:.1f}".format), "")
    if found.behaviour:
        yield from ("", "| Slider | Worst of a sweep, dB | Cosine of slopes | Length of slopes |", _rule(4))
    for one in found.behaviour:
        cosine, length = ("" if value is None else f"{value:.5f}" for value in (one.cosine, one.magnitude))
        yield _row(f"`{one.slider}`", f"{one.sweep_worst:.1f}", cosine, length)
    yield from ("", *_said(found, module))


def _said(found: Evaluation, module: Module) -> Iterator[str]:
    checks = found.checks
    verdict = f"missed by {', '.join(found.short)}" if found.short else "reached"
    yield f"Wanted of kind {found.kind} is {found.target} dB as shown, which is {verdict}."
    if checks.shuffled_psnr is not None:
        yield f"With the sliders of another image the first figure is {checks.shuffled_psnr:.1f} dB."
    if checks.identity_error is not None:
        changed = f"at most {checks.identity_error:.2g}" if checks.identity_error else "nothing"
        yield f"Where darktable changes nothing, the proxy changes {changed}."
    if checks.tile_error is not None:
        apart = f"by at most {checks.tile_error:.2g} of the range of values" if checks.tile_error else "by nothing"
        yield f"A tile with a border of {module.receptive_field} pixels differs from the whole image {apart}."
    yield f"A million pixels take {found.seconds_per_megapixel:.2f} s of one core."


def _spread(figures: MetricSummary, form: Callable[[float], str]) -> list[str]:
    return [form(getattr(figures, name)) for name in NAMES]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(count: int) -> str:
    return _row(*["---"] * count)
