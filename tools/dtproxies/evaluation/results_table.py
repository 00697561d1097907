"""The figures of all proxies in one table, as a Markdown page and on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from dtproxies.evaluation.results import NAMES, Evaluation

COLUMNS = [
    *("module", "kind", "target", "mean", "p5", "worst", "identity", "nearest", "tables", "shuffled"),
    *("log", "dE", "sweep", "cosine", "s/MP", "numbers", "pairs", "verdict"),
]


def page(found: Sequence[Evaluation], darktable: str) -> str:
    """The table as Markdown."""
    rows = [COLUMNS, ["---"] * len(COLUMNS), *map(line, found)]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    reached = sum(not one.short for one in found)
    return _PAGE.format(lines=lines, side=found[0].side, count=len(found), reached=reached, darktable=darktable)


_PAGE = """\
# Figures of all proxies

Written by `dtproxies evaluate --all --table docs/proxy-figures.md`; not edited by hand. Each proxy was held against
darktable {darktable} on images of {side} x {side} pixels and slider positions that it was not trained on. Of {count}
proxies, {reached} reach what is wanted of their kind.

* target, and mean, p5, worst: display PSNR in dB (clipped, sRGB-encoded, at most 150), as wanted of this kind and as
  reached: on average, in 95 % of the images, in the worst.
* Means of the same, identity: the image left alone, but converted where the module changes its space; nearest:
  darktable at the nearest of 64 settings; tables: colour tables of the nearest settings, blended; shuffled: the proxy
  with the sliders of another image, a collapse.
* log: PSNR of unclipped light in stops; dE: CIEDE2000 as shown; means.
* sweep: lowest display PSNR while one slider moves over its range; cosine: lowest mean cosine between the slope of a
  slider and darktable's.
* s/MP: seconds for a million pixels on one core of the machine that wrote this; numbers: how many were fitted; pairs:
  how many images; verdict: reached, or what falls short of which target.

{lines}
"""


def line(one: Evaluation) -> list[str]:
    """The row of one proxy."""
    display = one.proxy["display_psnr"]
    cosines = [slider.cosine for slider in one.behaviour if slider.cosine is not None]
    sweeps = [slider.sweep_worst for slider in one.behaviour]
    rivals = [figures["display_psnr"].mean if figures else None for figures in (one.identity, one.nearest, one.tables)]
    return [
        one.module,
        one.kind,
        one.target,
        *(f"{getattr(display, name):.1f}" for name in NAMES),
        *(_or_dash(value, ".1f") for value in (*rivals, one.checks.shuffled_psnr)),
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
