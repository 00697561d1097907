"""The worst result of an evaluation is no better than the mean and the 5th percentile.

A worst value above the mean was measured on other data, belongs to another metric, or was copied wrongly. The name of
the metric says which direction is better: a higher PSNR, a lower error. For an unknown metric the worst value at least
cannot lie between the other two.

Fix: Measure again, and write the values of one run.

Bad::

    - {metric: PSNR, unit: dB, mean: 34.1, p5: 29.8, worst: 36.0, ...}

Good::

    - {metric: PSNR, unit: dB, mean: 34.1, p5: 29.8, worst: 27.2, ...}
"""

import math
import re
from collections.abc import Iterator

from dtmodels.card.model import EvaluationResult
from dtmodels.lint.rule import RuleResult, Severity, Subject

SEVERITY: Severity = "error"
HARD = True

_LOWER_IS_BETTER = re.compile(
    r"(?i)error|difference|distance|deviation|residual|loss|divergence|seconds?\b|time|latency|artefacts|artifacts"
    r"|\b(mae|mse|rmse|nmse|mad|sad|lpips|dists|fid|kid|niqe|piqe|brisque|abs ?rel|sq ?rel|silog)\b"
    r"|\b(epe|wer|eer|hausdorff)\b|delta ?e|Δe|\bde ?(76|94|2000)|\bciede|\bgrad\b|\bconn\b|outliers|failures"
    r"|false (positives|negatives|alarms)"
)
_HIGHER_IS_BETTER = re.compile(
    r"(?i)psnr|snr|ssim|\bm?iou\b|jaccard|dice|accuracy|precision|recall|\bf-?(1|beta|measure|score)|\bm?ap\b"
    r"|vmaf|auc|\bf1|correlation|\bsrcc\b|\bplcc\b|\br2\b|r²|similarity|agreement|musiq|clip-?(iqa|score)"
    r"|delta ?[123]\b|δ ?[123₁₂₃]\b|inliers|s-?measure|e-?measure|hit rate|success rate|top-?[15]\b|quality|score"
)


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check each result by the direction of its metric."""
    for index, result in enumerate(subject.card.evaluation):
        if what := _contradiction(result):
            yield RuleResult(where=("evaluation", index, "worst"), what=what, fix="measure again, and write one run")


def _contradiction(result: EvaluationResult) -> str:
    """What cannot be true of a result; empty if it can be."""
    values = {"mean": result.mean, "5th percentile": result.p5}
    if not all(math.isfinite(value) for value in (*values.values(), result.worst)):
        return ""
    sign = _direction(result.metric)
    if not sign:
        between = min(values.values()) < result.worst < max(values.values())
        return f"the worst {result.metric}, {result.worst:g}, lies between mean and 5th percentile" if between else ""
    better = [f"{name} {value:g}" for name, value in values.items() if sign * result.worst > sign * value]
    direction = "higher" if sign > 0 else "lower"
    comparison = f"is better than the {' and the '.join(better)}; a {direction} value of it is better"
    return f"the worst {result.metric}, {result.worst:g}, {comparison}" if better else ""


def _direction(metric: str) -> int:
    """1 if higher is better, -1 if lower is, 0 if the name says neither."""
    if _LOWER_IS_BETTER.search(metric):
        return -1
    return 1 if _HIGHER_IS_BETTER.search(metric) else 0
