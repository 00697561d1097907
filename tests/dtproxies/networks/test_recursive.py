"""The blur by matrices equals the recursive filter, including edges."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from dtproxies.networks.recursive import Recursive

Line = NDArray[np.float64]


def filtered(line: Line, rate: float, sigma: float) -> Line:
    """Filter by recursion: a forward and a backward sweep, each starting as if the edge were replicated for ever."""
    slope = rate / sigma
    decay = np.exp(-slope)
    unit = (1 - decay) ** 2 / (1 + 2 * slope * decay - decay**2)
    near = unit * np.array([1, (slope - 1) * decay])
    far = unit * np.array([(slope + 1) * decay, -(decay**2)])

    def sweep(values: Line, weights: Line, *, delayed: bool) -> Line:
        steady = values[0] * weights.sum() / (1 - decay) ** 2
        before, before_that, result = steady, steady, np.empty_like(values)
        shifted = np.concatenate([[values[0]], values])
        shifted = np.concatenate([[values[0]], shifted]) if delayed else shifted
        for at in range(len(values)):
            input_part = weights[0] * shifted[at + 1] + weights[1] * shifted[at]
            result[at] = input_part + 2 * decay * before - decay**2 * before_that
            before, before_that = result[at], before
        return result

    return sweep(line, near, delayed=False) + sweep(line[::-1], far, delayed=True)[::-1]


def blurred(image: Line, sigma: float) -> torch.Tensor:
    return Recursive().double()(torch.from_numpy(image), torch.full((1, 1, 1, 1), sigma, dtype=torch.float64)).detach()


@pytest.mark.parametrize("sigma", [0.3, 2.0, 30.0])
def test_blur_matches_the_recursive_filter(sigma: float) -> None:
    line = np.random.default_rng(4).uniform(-1, 3, 40)
    rate = Recursive().rate.item()
    across = blurred(np.broadcast_to(line, (1, 1, 5, 40)).copy(), sigma)
    assert np.abs(across[0, 0, 2].numpy() - filtered(line, rate, sigma)).max() < 1e-9


def test_rows_and_columns_are_treated_equally() -> None:
    image = np.random.default_rng(4).uniform(-1, 3, (1, 2, 12, 17))
    upright = blurred(image, 3.0)
    turned = blurred(image.swapaxes(2, 3).copy(), 3.0)
    assert torch.allclose(upright, turned.transpose(2, 3))


def test_uniform_image_is_unchanged() -> None:
    assert torch.allclose(blurred(np.full((1, 1, 9, 9), 0.7), 20.0), torch.tensor(0.7, dtype=torch.float64))


def test_blur_is_differentiable_in_its_radius() -> None:
    image = torch.from_numpy(np.random.default_rng(4).uniform(0, 1, (1, 1, 6, 6)))
    sigma = torch.full((1, 1, 1, 1), 1.7, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda one: Recursive().double()(image, one), sigma)
