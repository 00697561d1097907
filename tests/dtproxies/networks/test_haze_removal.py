"""The guided filter, and the haze that is found by it."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.ndimage import maximum_filter, minimum_filter

from dtproxies.networks.guided_filter import guided_filter, window_maximum, window_mean, window_minimum
from dtproxies.networks.haze_removal import HAZY, Haze

SMALL, LARGE = (torch.tensor(one, dtype=torch.float64) for one in (1e-12, 1e12))


def picture(channels: int = 3, height: int = 30, width: int = 40) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(8).uniform(0, 1, (1, channels, height, width)))


def cleared(image: torch.Tensor, strength: float, distance: float = 0.5) -> torch.Tensor:
    return Haze().double()(image, torch.tensor([[strength, distance]], dtype=torch.float64)).detach()


def test_windows_hold_fewer_pixels_at_the_border() -> None:
    image = picture(1)
    assert window_mean(image, 4)[0, 0, 0, 0] == pytest.approx(image[0, 0, :5, :5].mean().item())
    assert window_mean(image, 4)[0, 0, 29, 20] == pytest.approx(image[0, 0, 25:, 16:25].mean().item())


def test_the_largest_and_smallest_values_are_those_of_scipy() -> None:
    image = picture(1)
    plane = image[0, 0].numpy()
    assert_allclose(window_maximum(image, 3)[0, 0], maximum_filter(plane, 7, mode="nearest"))
    assert_allclose(window_minimum(image, 3)[0, 0], minimum_filter(plane, 7, mode="nearest"))


def test_what_follows_from_the_guide_passes_the_filter() -> None:
    guide = picture()
    plane = 0.3 + guide[:, :1] - 2 * guide[:, 2:]
    assert_allclose(guided_filter(plane, guide, 5, SMALL), plane, atol=1e-6)


def test_without_variance_that_counts_the_filter_blurs_twice() -> None:
    plane = picture(1)
    assert_allclose(guided_filter(plane, picture(), 5, LARGE), window_mean(window_mean(plane, 5), 5), atol=1e-9)


def test_no_strength_leaves_the_image_as_it_is() -> None:
    image = picture()
    assert_allclose(cleared(image, 0.0), image, atol=1e-9)


def test_strength_darkens_what_lies_below_the_light_of_haze_and_its_opposite_brings_it_nearer() -> None:
    image = 0.6 + 0.2 * picture()
    light, _ = Haze().double()._haze(image)
    below = image < light
    assert (cleared(image, 0.5) < image)[below].all()
    more = cleared(image, -0.5)
    assert ((more > image) & (more < light))[below].all()


def test_the_distance_bounds_what_is_cleared() -> None:
    image = 0.6 + 0.2 * picture()
    assert_allclose(cleared(image, 0.9, 0.0), image, atol=1e-9)
    assert (cleared(image, 0.9, 0.2) - image).abs().max() < (cleared(image, 0.9, 1.0) - image).abs().max()


def test_the_light_of_haze_is_that_of_the_brightest_of_the_haziest_pixels() -> None:
    image = 0.2 * picture(height=100, width=100)
    image[..., :30, :30] = 0.7
    image[..., :20, :10] = torch.tensor([0.8, 0.85, 0.9]).reshape(3, 1, 1)
    # Windows leave 24 x 24 pixels of the hazy field and 14 x 4 of the brightest: the limit of haze lies in the first.
    assert 14 * 4 < (1 - HAZY) * 100 * 100 < 24 * 24
    light, depth = Haze().double()._haze(image)
    assert_allclose(light.flatten().detach(), [0.8, 0.85, 0.9])
    assert depth.item() == pytest.approx(-1.4 * np.log(0.7), rel=1e-5)


def test_a_black_image_has_no_haze_and_finite_slopes() -> None:
    image = torch.zeros(1, 3, 20, 20, dtype=torch.float64, requires_grad=True)
    made = Haze().double()(image, torch.tensor([[0.5, 0.5]], dtype=torch.float64))
    (slope,) = torch.autograd.grad(made.sum(), image)
    assert not made.any()
    assert torch.isfinite(slope).all()
