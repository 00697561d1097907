import numpy as np
import pytest

from dtbase.imaging.psnr import psnr
from dtproxies.images.metrics import CAP, compare, log_encode, summarise
from dtproxies.vocabulary.module import Module

LINEAR = Module(name="toy", version=1, kind="exact", space="input-rgb", sliders=(), receptive_field=0)
LAB = Module(name="toy", version=1, kind="exact", space="lab", sliders=(), receptive_field=0)


def test_psnr_of_a_constant_error() -> None:
    assert psnr(np.full(100, 0.51), np.full(100, 0.5), cap=CAP) == pytest.approx(40)


def test_psnr_of_equal_images_is_capped() -> None:
    image = np.full((4, 4, 3), 0.5, np.float32)
    metrics = compare(image, image, LINEAR)
    assert (metrics.display_psnr, metrics.log_psnr, metrics.max_error) == (CAP, CAP, 0)


def test_errors_above_white_count_only_in_unclipped_metrics() -> None:
    expected = np.full((4, 4, 3), 8.0, np.float32)
    metrics = compare(expected + 1, expected, LINEAR)
    assert metrics.display_psnr == CAP
    assert metrics.log_psnr < 50
    assert metrics.max_error == 1
    assert metrics.relative_error == pytest.approx(1 / 8)


def test_lab_images_are_compared_display_referred() -> None:
    grey = np.zeros((4, 4, 3), np.float32)
    grey[..., 0] = 50
    lighter = grey + np.array([1, 0, 0], np.float32)
    metrics = compare(lighter, grey, LAB)
    assert 38 < metrics.display_psnr < 42
    assert metrics.max_error == 1


def test_log_encoding_preserves_sign_and_order() -> None:
    values = np.linspace(-20, 20, 401)
    encoded = log_encode(values)
    assert (np.diff(encoded) > 0).all()
    assert np.allclose(encoded, -encoded[::-1])
    assert encoded[360] == pytest.approx(1, abs=1e-4)


def test_summary_takes_the_worst_from_the_bad_end() -> None:
    values = [float(value) for value in range(101)]
    good, bad = summarise(values, high_is_good=True), summarise(values, high_is_good=False)
    assert (good.mean, good.p5, good.worst) == (50, 5, 0)
    assert (bad.mean, bad.p5, bad.worst) == (50, 95, 100)
