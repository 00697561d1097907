"""Censorize: large pixels are means of five, unwritten pixels are black, and tiles share one grid."""

import math

import numpy as np
import pytest
import torch

from dtproxies.networks.censorize import Censorize
from dtproxies.networks.frame import whole_frame


def network() -> Censorize:
    result = Censorize().double()
    with torch.no_grad():
        result.middle.fill_(math.log(0.2))
    return result


def make_image() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(4).uniform(0, 2, (1, 3, 30, 41)))


def pixelated(image: torch.Tensor, half: float, frame: torch.Tensor) -> torch.Tensor:
    sliders = torch.tensor([[0.0, half, 0.0]], dtype=torch.float64)
    result: torch.Tensor = network()(image, sliders, frame).detach()
    return result


@pytest.mark.parametrize("half", [4.0, 4.9])
def test_large_pixel_is_the_mean_of_corners_and_centre(half: float) -> None:
    image = make_image()
    result = pixelated(image, half, whole_frame(image))
    positions = [(8, 16), (8, 24), (16, 16), (16, 24), (12, 20)]
    expected = torch.stack([image[0, :, row, column] for row, column in positions]).mean(dim=0)
    block = result[0, :, 8:16, 16:24]
    assert torch.allclose(block, expected[:, None, None].expand_as(block))


def test_last_row_and_column_are_black() -> None:
    image = make_image()
    result = pixelated(image, 5.0, whole_frame(image))
    assert not result[..., -1, :].any()
    assert not result[..., -1].any()
    assert (result[..., :-1, :-1] > 0).all()


def test_tile_equals_the_whole_image() -> None:
    image = make_image()
    result = pixelated(image, 3.0, whole_frame(image))
    tile = pixelated(image[..., 5:25, 8:35], 3.0, torch.tensor([[8.0, 5.0, 41.0, 30.0]], dtype=torch.float64))
    assert torch.equal(tile[..., 6:-6, 6:-6], result[..., 11:19, 14:29])


def test_without_radii_the_image_is_unchanged() -> None:
    image = make_image() - 1
    sliders = torch.zeros(1, 3, dtype=torch.float64)
    assert torch.equal(network()(image, sliders, whole_frame(image)), image)
