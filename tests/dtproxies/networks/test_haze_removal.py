"""Guided filter and haze removal."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.ndimage import maximum_filter, minimum_filter

from dtproxies.networks.guided_filter import guided_filter, window_maximum, window_mean, window_minimum
from dtproxies.networks.haze_removal import HAZY, Haze

SMALL, LARGE = (torch.tensor(one, dtype=torch.float64) for one in (1e-12, 1e12))


def make_image(channels: int = 3, height: int = 30, width: int = 40) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(8).uniform(0, 1, (1, channels, height, width)))


def cleared(image: torch.Tensor, strength: float, distance: float = 0.5) -> torch.Tensor:
    return Haze().double()(image, torch.tensor([[strength, distance]], dtype=torch.float64)).detach()


def test_windows_are_cut_at_the_border() -> None:
    image = make_image(1)
    assert window_mean(image, 4)[0, 0, 0, 0] == pytest.approx(image[0, 0, :5, :5].mean().item())
    assert window_mean(image, 4)[0, 0, 29, 20] == pytest.approx(image[0, 0, 25:, 16:25].mean().item())


def test_window_extrema_match_scipy() -> None:
    image = make_image(1)
    plane = image[0, 0].numpy()
    assert_allclose(window_maximum(image, 3)[0, 0], maximum_filter(plane, 7, mode="nearest"))
    assert_allclose(window_minimum(image, 3)[0, 0], minimum_filter(plane, 7, mode="nearest"))


def test_linear_function_of_the_guide_is_unchanged() -> None:
    guide = make_image()
    plane = 0.3 + guide[:, :1] - 2 * guide[:, 2:]
    assert_allclose(guided_filter(plane, guide, 5, SMALL), plane, atol=1e-6)


def test_large_epsilon_blurs_twice() -> None:
    plane = make_image(1)
    assert_allclose(guided_filter(plane, make_image(), 5, LARGE), window_mean(window_mean(plane, 5), 5), atol=1e-9)


def test_zero_strength_leaves_the_image_unchanged() -> None:
    image = make_image()
    assert_allclose(cleared(image, 0.0), image, atol=1e-9)


def test_strength_moves_pixels_from_or_towards_the_haze() -> None:
    image = 0.6 + 0.2 * make_image()
    light, _ = Haze().double()._haze(image)
    below = image < light
    assert (cleared(image, 0.5) < image)[below].all()
    more = cleared(image, -0.5)
    assert ((more > image) & (more < light))[below].all()


def test_distance_limits_the_effect() -> None:
    image = 0.6 + 0.2 * make_image()
    assert_allclose(cleared(image, 0.9, 0.0), image, atol=1e-9)
    assert (cleared(image, 0.9, 0.2) - image).abs().max() < (cleared(image, 0.9, 1.0) - image).abs().max()


def test_haze_colour_is_the_brightest_of_the_haziest_pixels() -> None:
    image = 0.2 * make_image(height=100, width=100)
    image[..., :30, :30] = 0.7
    image[..., :20, :10] = torch.tensor([0.8, 0.85, 0.9]).reshape(3, 1, 1)
    # Windows leave 24 x 24 pixels of the hazy field and 14 x 4 of the brightest: the quantile is in the hazy field.
    assert 14 * 4 < (1 - HAZY) * 100 * 100 < 24 * 24
    light, depth = Haze().double()._haze(image)
    assert_allclose(light.flatten().detach(), [0.8, 0.85, 0.9])
    assert depth.item() == pytest.approx(-1.4 * np.log(0.7), rel=1e-5)


def test_black_image_has_no_haze_and_finite_gradients() -> None:
    image = torch.zeros(1, 3, 20, 20, dtype=torch.float64, requires_grad=True)
    result = Haze().double()(image, torch.tensor([[0.5, 0.5]], dtype=torch.float64))
    (gradient,) = torch.autograd.grad(result.sum(), image)
    assert not result.any()
    assert torch.isfinite(gradient).all()
