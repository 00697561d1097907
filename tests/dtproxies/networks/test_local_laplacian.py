"""The pyramid is darktable's, borders included, and the filter leaves alone what its sliders say."""

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from dtproxies.networks.laplacian_pyramid import Border, Extent, downsample, upsample
from dtproxies.networks.local_laplacian import LocalLaplacian

Plane = NDArray[np.float64]
SIZES = [(16, 16), (17, 23), (31, 64), (45, 20)]
sizes = pytest.mark.parametrize(("height", "width"), SIZES)


def picture(height: int, width: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(3).uniform(-0.2, 1.5, (1, 1, height, width)))


def halved(fine: Plane) -> Plane:
    """Every second pixel of the blurred image; the outermost ones are copied from those next to them."""
    for axis in (0, 1):
        blurred = correlate1d(fine, np.array([1, 4, 6, 4, 1]) / 16, axis=axis)
        fine = blurred.take(np.arange(0, fine.shape[axis], 2), axis=axis)
        fine = fine.take(np.clip(np.arange(fine.shape[axis]), 1, fine.shape[axis] - 2), axis=axis)
    return fine


def doubled(coarse: Plane, shape: tuple[int, int]) -> Plane:
    for axis, size in enumerate(shape):
        places = np.clip(np.arange(size), 1, (size - 1) // 2 * 2 - 1)
        low = places // 2
        even = (coarse.take(low - 1, axis, mode="clip") + 6 * coarse.take(low, axis)) / 8
        even = even + coarse.take(low + 1, axis, mode="clip") / 8
        odd = (coarse.take(low, axis) + coarse.take(low + 1, axis, mode="clip")) / 2
        coarse = np.where(np.expand_dims(places % 2 == 1, 1 - axis), odd, even)
    return coarse


def counted(image: torch.Tensor, extent: Extent) -> Plane:
    return image[0, 0, : int(extent.rows), : int(extent.columns)].numpy()


@sizes
def test_the_border_is_as_wide_as_a_pixel_of_the_coarsest_level(height: int, width: int) -> None:
    image = picture(height, width)
    border = Border.of(image)
    wide = 2 ** (int(math.log2(min(height, width))) - 1)
    made, extent = border.pad(image)
    assert int(border.width) == wide
    assert np.array_equal(counted(made, extent), np.pad(image[0, 0].numpy(), wide, mode="edge"))
    assert torch.equal(border.crop(made, image), image)


@sizes
def test_levels_are_those_written_out(height: int, width: int) -> None:
    image = picture(height, width)
    border = Border.of(image)
    made, extent = border.pad(image)
    wanted = counted(made, extent)
    for _ in range(int(border.last)):
        made, fine = downsample(made, extent), extent
        extent, before = extent.half(), wanted
        wanted = halved(wanted)
        assert np.abs(counted(made, extent) - wanted).max() < 1e-12
        assert np.abs(counted(upsample(made, fine), fine) - doubled(wanted, before.shape)).max() < 1e-12


@sizes
def test_slopes_of_one_without_detail_leave_the_image_alone(height: int, width: int) -> None:
    image = 60 * picture(height, width).expand(1, 3, height, width)
    made = LocalLaplacian().double()(image, torch.tensor([[1.0, 1.0, 0.0, 0.3]], dtype=torch.float64))
    assert (made - image).abs().max() < 1e-12 * 60


def test_an_even_image_stays_even() -> None:
    image = torch.full((1, 3, 20, 33), 41.0, dtype=torch.float64)
    made = LocalLaplacian().double()(image, torch.tensor([[0.0, 2.0, 4.0, 0.5]], dtype=torch.float64)).detach()
    assert torch.allclose(made, made[:, :, :1, :1].expand_as(made))
    assert torch.equal(made[:, 1:], image[:, 1:])
