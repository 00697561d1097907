"""Large pixels are means of five; what darktable does not write is black; a tile is cut from the same grid."""

import math

import numpy as np
import pytest
import torch

from dtproxies.networks.censorize import Censorize
from dtproxies.networks.frame import whole_frame


def network() -> Censorize:
    made = Censorize().double()
    with torch.no_grad():
        made.middle.fill_(math.log(0.2))
    return made


def picture() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(4).uniform(0, 2, (1, 3, 30, 41)))


def enlarged(image: torch.Tensor, half: float, frame: torch.Tensor) -> torch.Tensor:
    sliders = torch.tensor([[0.0, half, 0.0]], dtype=torch.float64)
    made: torch.Tensor = network()(image, sliders, frame).detach()
    return made


@pytest.mark.parametrize("half", [4.0, 4.9])
def test_a_large_pixel_has_the_mean_of_its_corners_and_its_middle(half: float) -> None:
    image = picture()
    made = enlarged(image, half, whole_frame(image))
    places = [(8, 16), (8, 24), (16, 16), (16, 24), (12, 20)]
    wanted = torch.stack([image[0, :, row, column] for row, column in places]).mean(dim=0)
    block = made[0, :, 8:16, 16:24]
    assert torch.allclose(block, wanted[:, None, None].expand_as(block))


def test_the_last_row_and_column_of_the_frame_are_black() -> None:
    image = picture()
    made = enlarged(image, 5.0, whole_frame(image))
    assert not made[..., -1, :].any()
    assert not made[..., -1].any()
    assert (made[..., :-1, :-1] > 0).all()


def test_a_tile_is_what_the_whole_image_is_there() -> None:
    image = picture()
    made = enlarged(image, 3.0, whole_frame(image))
    tile = enlarged(image[..., 5:25, 8:35], 3.0, torch.tensor([[8.0, 5.0, 41.0, 30.0]], dtype=torch.float64))
    assert torch.equal(tile[..., 6:-6, 6:-6], made[..., 11:19, 14:29])


def test_without_radii_even_negative_light_stays() -> None:
    image = picture() - 1
    sliders = torch.zeros(1, 3, dtype=torch.float64)
    assert torch.equal(network()(image, sliders, whole_frame(image)), image)
