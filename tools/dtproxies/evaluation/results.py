"""Results of an evaluation, as values; `dtproxies.evaluation.run` computes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dtproxies.evaluation.slider_sensitivity import SliderSensitivity
from dtproxies.images.metrics import MetricSummary
from dtproxies.vocabulary.module import Kind

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
"""Target PSNR in dB of each kind: mean, 5th percentile and minimum over the images."""
NAMES = ("mean", "p5", "worst")
SIDES = ("proxy", "charts", "identity", "nearest", "tables")
"""Fields of `Evaluation` that hold a summary of each metric."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageResult:
    """Results for one image at one slider position, in dB."""

    name: str
    """Name of the image."""
    display_psnr: float
    log_psnr: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """Checks in addition to the metrics."""

    identity_error: float | None
    """Maximum absolute change by the proxy where darktable returns its input; None if there is no such position."""
    tile_error: float | None
    """Maximum difference between the middle of a tile and the same part of a long image, as a fraction of the value
    range; the tile has a border of the receptive-field radius. None if the module depends on the whole image or on the
    position."""
    shuffled_psnr: float | None
    """Mean PSNR in dB of the proxy with the sliders of another image, where those differ. None without sliders."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Results of a proxy and of the baselines, by metric."""

    module: str
    version: int
    kind: Kind
    pairs: int
    side: int
    numbers: int
    """Fitted parameters of the proxy."""
    proxy: Mapping[str, MetricSummary]
    charts: Mapping[str, MetricSummary]
    """Results of the proxy on computed charts only."""
    identity: Mapping[str, MetricSummary]
    """Baseline: the input, converted to the output space if that is another one."""
    nearest: Mapping[str, MetricSummary]
    """Baseline: PSNR of darktable's output at the nearest of 64 rendered settings; empty without sliders."""
    tables: Mapping[str, MetricSummary]
    """Baseline: PSNR of an interpolated 3D LUT of the nearest rendered settings; empty for mosaics."""
    behaviour: tuple[SliderSensitivity, ...]
    checks: Checks
    seconds_per_megapixel: float
    """Thread CPU time of the torch network, on the machine that evaluated it."""
    rows: tuple[ImageResult, ...]
    """Results of each pair."""

    @property
    def short(self) -> tuple[str, ...]:
        """Missed targets, as `mean 44.1 of 45`; empty if all are met."""
        summary = self.proxy["display_psnr"]
        results = ((name, getattr(summary, name), goal) for name, goal in zip(NAMES, TARGETS[self.kind], strict=True))
        return tuple(f"{name} {psnr:.1f} of {goal:g}" for name, psnr, goal in results if psnr < goal)

    @property
    def target(self) -> str:
        """Target of the module's kind in dB, as `45/40/34`."""
        return "/".join(f"{value:g}" for value in TARGETS[self.kind])


def from_json(document: Mapping[str, Any]) -> Evaluation:
    """Return the evaluation of JSON values: the inverse of `dataclasses.asdict`.

    Raises:
        KeyError, TypeError: the values are not those of an evaluation.
    """
    summaries = {side: {name: MetricSummary(**values) for name, values in document[side].items()} for side in SIDES}
    parts = {
        "behaviour": tuple(SliderSensitivity(**one) for one in document["behaviour"]),
        "checks": Checks(**document["checks"]),
        "rows": tuple(ImageResult(**one) for one in document["rows"]),
    }
    return Evaluation(**{**document, **summaries, **parts})
