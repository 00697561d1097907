from typing import Literal

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.ndimage import correlate
from torch import Tensor

from dtproxies.images.mosaic import WHITE_BALANCE, apply_white_balance
from dtproxies.networks.bayer import bayer_masks
from dtproxies.networks.neighbourhood import interior_mask, shifted_neighbours, sum_3x3


def image(height: int = 9, width: int = 11) -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(size=(2, 1, height, width)))


def test_bayer_masks_start_red_green_and_are_disjoint() -> None:
    red, green, blue, red_rows = bayer_masks(image(4, 4))
    assert red[0, 0, :2, :2].tolist() == [[True, False], [False, False]]
    assert green[0, 0, :2, :2].tolist() == [[False, True], [True, False]]
    assert blue[0, 0, :2, :2].tolist() == [[False, False], [False, True]]
    assert (red.int() + green.int() + blue.int() == 1).all()
    assert red_rows.flatten().tolist() == [True, False, True, False]


@pytest.mark.parametrize(("outside", "mode"), [("constant", "constant"), ("replicate", "nearest")])
def test_shifted_neighbours_match_scipy(outside: str, mode: Literal["constant", "nearest"]) -> None:
    kernel = np.zeros((5, 5))
    kernel[2 + 2, 2 - 1] = 1
    expected = correlate(image()[0, 0].numpy(), kernel, mode=mode)
    assert_allclose(shifted_neighbours(image(), 2, outside)(2, -1)[0, 0], expected)


def test_sum_3x3_ignores_pixels_outside() -> None:
    assert sum_3x3(torch.ones(1, 1, 3, 4))[0, 0].tolist() == [[4, 6, 6, 4], [6, 9, 9, 6], [4, 6, 6, 4]]


def test_interior_mask_excludes_the_border() -> None:
    found = interior_mask(image(6, 8), 2)[0, 0]
    assert found.sum() == 2 * 4
    assert found[2:4, 2:6].all()


def test_white_balance_makes_neutral_mosaics_uniform() -> None:
    neutral = np.ones((4, 6, 1))
    for row, column, factor in (
        (0, 0, WHITE_BALANCE[0]),
        (0, 1, WHITE_BALANCE[1]),
        (1, 0, WHITE_BALANCE[1]),
        (1, 1, WHITE_BALANCE[2]),
    ):
        neutral[row::2, column::2] /= factor
    assert_allclose(apply_white_balance(neutral), 1, rtol=1e-6)
