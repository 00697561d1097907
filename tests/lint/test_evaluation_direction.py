"""The direction in which a metric is better, by its name."""

from __future__ import annotations

import pytest

from dtmodels.lint.rules.eva001_worst_is_worst import _direction


@pytest.mark.parametrize(
    "metric",
    [
        "PSNR",
        "PSNR, log-encoded",
        "SSIM",
        "MS-SSIM",
        "mIoU",
        "IoU",
        "F1",
        "accuracy",
        "AUC",
        "VMAF",
        "mAP",
        "delta1",
        "Dice",
    ],
)
def test_higher_is_better(metric: str) -> None:
    assert _direction(metric) == 1


@pytest.mark.parametrize(
    "metric",
    [
        "LPIPS",
        "MAE",
        "RMSE",
        "AbsRel",
        "Delta E 2000",
        "ΔE",
        "99.9th percentile of relative error",
        "SAD",
        "FID",
        "NIQE",
    ],
)
def test_lower_is_better(metric: str) -> None:
    assert _direction(metric) == -1


@pytest.mark.parametrize("metric", ["sparkle", "mapping", "madness", "fidelity of hue"])
def test_unknown_metric_has_no_direction(metric: str) -> None:
    assert _direction(metric) == 0
