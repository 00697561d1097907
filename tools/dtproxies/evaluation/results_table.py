"""Table of the results of all proxies: a Markdown page, and rows for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from dtproxies.evaluation.report_section import DISCRETE, only_choices
from dtproxies.evaluation.results import NAMES, Evaluation
from dtproxies.proxy.definition import load_definition

COLUMNS = [
    *("module", "kind", "target (dB)", "mean (dB)", "p5 (dB)", "min (dB)", "identity (dB)", "nearest (dB)"),
    *("3D LUT (dB)", "other sliders (dB)", "log-encoded (dB)", "CIEDE2000", "sweep min (dB)", "gradient cosine"),
    *("torch CPU s/MP", "parameters", "images", "verdict"),
]


def page(evaluations: Sequence[Evaluation], darktable: str) -> str:
    """Return the table as a Markdown page."""
    rows = [COLUMNS, ["---"] * len(COLUMNS), *map(line, evaluations)]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    reached = sum(not one.short for one in evaluations)
    return _PAGE.format(
        lines=lines,
        side=evaluations[0].side,
        count=len(evaluations),
        reached=reached,
        darktable=darktable,
        discrete=DISCRETE,
    )


_PAGE = """\
# Results of all proxies

Written by `dtproxies evaluate --all --table docs/proxy-figures.md`; not edited by hand. Each proxy was compared with
darktable {darktable}, on images of {side} x {side} pixels and slider positions that it was not trained on. Of {count}
proxies, {reached} reach the target of their kind.

* target, mean, p5, min: PSNR, sRGB display-referred, capped at 150 dB. The target is that of the kind (mean/p5/min);
  p5 is the 5th percentile over the images.
* identity: baseline, mean PSNR of the input image, unchanged or converted where the output has another colour space.
* nearest: baseline, mean PSNR of darktable's output at the nearest of 64 rendered settings.
* 3D LUT: baseline, mean PSNR of an interpolated 3D LUT of the nearest rendered settings.
* other sliders: mean PSNR of the proxy with the sliders of another image; low where the sliders matter.
* log-encoded: mean PSNR of log-encoded values, not clipped, capped at 150 dB.
* CIEDE2000: mean colour difference, sRGB display-referred.
* sweep min: lowest PSNR while one slider moves over its range.
* gradient cosine: cosine similarity of the proxy's and darktable's change for a small slider move; lowest slider mean.
* torch CPU s/MP: thread CPU time of the torch network on these images, per megapixel, on the machine that measured.
* parameters: fitted parameters; images: evaluated pairs of image and slider position; verdict: reached, or the missed
  targets.

`-` means that the column does not apply: the module has no slider that can be moved, or works on a mosaic, for which
there is no 3D LUT. `{discrete}` means that all sliders are choices, so that a rendered setting is the setting itself.
The CPU time here is not the one of [the benchmarks](proxy-benchmarks.md#time), which measure the released ONNX graph
on images of 1,024 x 1,024 pixels.

{lines}
"""


def line(one: Evaluation) -> list[str]:
    """Return the row of one proxy."""
    display = one.proxy["display_psnr"]
    cosines = [slider.cosine for slider in one.behaviour if slider.cosine is not None]
    sweeps = [slider.sweep_worst for slider in one.behaviour]
    nearest, tables = (values["display_psnr"].mean if values else None for values in (one.nearest, one.tables))
    discrete = only_choices(load_definition(one.module).module)
    return [
        one.module,
        one.kind,
        one.target,
        *(f"{getattr(display, name):.1f}" for name in NAMES),
        f"{one.identity['display_psnr'].mean:.1f}",
        *(DISCRETE if discrete and value is not None else _or_dash(value, ".1f") for value in (nearest, tables)),
        _or_dash(one.checks.shuffled_psnr, ".1f"),
        f"{one.proxy['log_psnr'].mean:.1f}",
        f"{one.proxy['delta_e'].mean:.1g}",
        _or_dash(min(sweeps, default=None), ".1f"),
        _or_dash(min(cosines, default=None), ".3f"),
        f"{one.seconds_per_megapixel:.2f}",
        str(one.numbers),
        str(one.pairs),
        ", ".join(one.short) or "reached",
    ]


def _or_dash(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
