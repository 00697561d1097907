"""Sums that float32 does not round: the same in any order, in a tile and in the whole image."""

import numpy as np
import pytest
import torch

from dtproxies.networks.box import box_mean
from dtproxies.networks.exact_sums import exact_matmul, parts
from dtproxies.networks.recursive import Recursive


def noise(*shape: int, seed: int = 0, low: float = 0, high: float = 100) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).uniform(low, high, shape).astype(np.float32))


def radius(pixels: float, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.full((1, 1, 1, 1), pixels, dtype=dtype)


def test_parts_are_multiples_of_their_steps_and_add_up() -> None:
    values = noise(1000, low=-120)
    coarse, fine = parts(values, (2.0**-3, 2.0**-14))
    assert torch.equal(coarse, torch.round(coarse * 8) / 8)
    assert torch.equal(fine, torch.round(fine * 2**14) / 2**14)
    assert (values - (coarse + fine)).abs().max() <= 2.0**-15


def test_gradient_of_parts_is_that_of_the_values() -> None:
    values = noise(5).requires_grad_()
    torch.stack(parts(values, (1.0, 2.0**-9))).sum().backward()
    assert torch.equal(values.grad, torch.ones(5))


@pytest.mark.parametrize("weights_first", [False, True])
def test_exact_product_is_that_of_float64_in_any_order(*, weights_first: bool) -> None:
    pixels, weights = noise(40, 300, low=-128, high=256), noise(300, 50, seed=1)
    weights /= weights.sum(dim=0)
    order = torch.from_numpy(np.random.default_rng(2).permutation(300))
    if weights_first:
        first = exact_matmul(weights.T, pixels.T, weights_first=True).T
        second = exact_matmul(weights.T[:, order], pixels.T[order], weights_first=True).T
    else:
        first = exact_matmul(pixels, weights, weights_first=False)
        second = exact_matmul(pixels[:, order], weights[order], weights_first=False)
    assert torch.equal(first, second)
    assert (first - pixels.double() @ weights.double()).abs().max() < 2e-4


def test_plain_product_of_float32_depends_on_the_order() -> None:
    pixels, order = noise(40, 300), torch.from_numpy(np.random.default_rng(2).permutation(300))
    weights = torch.full((300, 1), 1 / 300)
    assert not torch.equal(pixels @ weights, pixels[:, order] @ weights)


@pytest.mark.parametrize("pixels", [0, 3, 40])
def test_box_mean_of_a_long_line_equals_float64(pixels: int) -> None:
    image = noise(1, 1, 3, 8000)
    expected = box_mean(image.double(), radius(pixels, torch.float64), 2, peak=128.0)
    assert (box_mean(image, radius(pixels), 2, peak=128.0) - expected).abs().max() < 4e-5


def test_box_mean_of_a_tile_equals_that_of_the_whole_image() -> None:
    image = noise(1, 1, 3, 900)
    whole = box_mean(image, radius(20), 8, peak=128.0)
    tile = box_mean(image[..., 300:700], radius(20), 8, peak=128.0)
    assert torch.equal(whole[..., 460:540], tile[..., 160:240])


def test_box_mean_differs_within_a_batch() -> None:
    image = noise(2, 1, 9, 30)
    both = box_mean(image, torch.tensor([2.0, 5.0]).reshape(2, 1, 1, 1), 3, peak=128.0)
    for at, pixels in enumerate((2, 5)):
        assert torch.equal(both[at : at + 1], box_mean(image[at : at + 1], radius(pixels), 3, peak=128.0))


@pytest.mark.parametrize("sigma", [0.3, 5.0, 20.0])
def test_exact_blur_of_a_tile_equals_that_of_the_whole_image(sigma: float) -> None:
    blur, image, margin = Recursive(exact=True), noise(1, 3, 8, 1000, low=-100), 400
    whole = blur(image, radius(sigma))
    tile = blur(image[..., 50:950], radius(sigma))
    assert torch.equal(whole[..., 50 + margin : 950 - margin], tile[..., margin:-margin])


@pytest.mark.parametrize("sigma", [0.3, 5.0, 30.0, 200.0])
def test_exact_blur_equals_float64(sigma: float) -> None:
    image = noise(1, 1, 60, 500)
    expected = Recursive(exact=True).double()(image.double(), radius(sigma, torch.float64))
    assert (Recursive(exact=True)(image, radius(sigma)) - expected).abs().max() < 2e-4
