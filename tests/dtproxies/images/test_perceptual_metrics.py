import numpy as np
import pytest

from dtproxies.images.perceptual_metrics import delta_e, ssim

PUBLISHED = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, 3.1571, -77.2803), (50.0, 0.0, -82.7485), 2.8615),
    ((50.0, 2.8361, -74.0200), (50.0, 0.0, -82.7485), 3.4412),
    ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (58.0, 24.0, 15.0), 19.4535),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]
"""Test values published with the formula (Sharma, Wu, Dalal 2005)."""


@pytest.mark.parametrize(("first", "second", "difference"), PUBLISHED)
def test_delta_e_matches_published_values(
    first: tuple[float, ...], second: tuple[float, ...], difference: float
) -> None:
    assert delta_e(np.array(first), np.array(second)) == pytest.approx(difference, abs=5e-5)
    assert delta_e(np.array(second), np.array(first)) == pytest.approx(difference, abs=5e-5)


def test_metrics_of_equal_images() -> None:
    image = np.random.default_rng(0).uniform(0, 1, (32, 40, 3))
    assert ssim(image, image) == pytest.approx(1)
    assert delta_e(image * 100, image * 100).max() == 0


def test_ssim_penalises_noise_more_than_a_shift() -> None:
    image = np.random.default_rng(0).uniform(0.2, 0.8, (64, 64, 3))
    noise = np.random.default_rng(1).normal(0, 0.05, image.shape)
    assert ssim(image, image + 0.05) > ssim(image, image + noise) > ssim(image, 1 - image)
    assert ssim(image, image + noise) < 0.99


def test_ssim_of_flat_images_is_the_luminance_term() -> None:
    first, second = np.full((32, 32, 3), 0.4), np.full((32, 32, 3), 0.6)
    assert ssim(first, second) == pytest.approx((2 * 0.24 + 1e-4) / (0.16 + 0.36 + 1e-4))
