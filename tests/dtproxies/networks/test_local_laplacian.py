"""Local Laplacian filter: the pyramid matches a reference, and neutral sliders change nothing."""

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


def make_image(height: int, width: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(3).uniform(-0.2, 1.5, (1, 1, height, width)))


def halved(fine: Plane) -> Plane:
    """Take every second pixel of the blurred image; border pixels copy their neighbours."""
    for axis in (0, 1):
        blurred = correlate1d(fine, np.array([1, 4, 6, 4, 1]) / 16, axis=axis)
        fine = blurred.take(np.arange(0, fine.shape[axis], 2), axis=axis)
        fine = fine.take(np.clip(np.arange(fine.shape[axis]), 1, fine.shape[axis] - 2), axis=axis)
    return fine


def doubled(coarse: Plane, shape: tuple[int, int]) -> Plane:
    for axis, size in enumerate(shape):
        positions = np.clip(np.arange(size), 1, (size - 1) // 2 * 2 - 1)
        low = positions // 2
        even = (coarse.take(low - 1, axis, mode="clip") + 6 * coarse.take(low, axis)) / 8
        even = even + coarse.take(low + 1, axis, mode="clip") / 8
        odd = (coarse.take(low, axis) + coarse.take(low + 1, axis, mode="clip")) / 2
        coarse = np.where(np.expand_dims(positions % 2 == 1, 1 - axis), odd, even)
    return coarse


def counted(image: torch.Tensor, extent: Extent) -> Plane:
    return image[0, 0, : int(extent.rows), : int(extent.columns)].numpy()


@sizes
def test_border_is_as_wide_as_a_pixel_of_the_coarsest_level(height: int, width: int) -> None:
    image = make_image(height, width)
    border = Border.of(image)
    wide = 2 ** (int(math.log2(min(height, width))) - 1)
    result, extent = border.pad(image)
    assert int(border.width) == wide
    assert np.array_equal(counted(result, extent), np.pad(image[0, 0].numpy(), wide, mode="edge"))
    assert torch.equal(border.crop(result, image), image)


@sizes
def test_levels_match_the_reference(height: int, width: int) -> None:
    image = make_image(height, width)
    border = Border.of(image)
    result, extent = border.pad(image)
    expected = counted(result, extent)
    for _ in range(int(border.last)):
        result, fine = downsample(result, extent), extent
        extent, before = extent.half(), expected
        expected = halved(expected)
        assert np.abs(counted(result, extent) - expected).max() < 1e-12
        assert np.abs(counted(upsample(result, fine), fine) - doubled(expected, before.shape)).max() < 1e-12


@sizes
def test_neutral_sliders_leave_the_image_unchanged(height: int, width: int) -> None:
    image = 60 * make_image(height, width).expand(1, 3, height, width)
    result = LocalLaplacian().double()(image, torch.tensor([[1.0, 1.0, 0.0, 0.3]], dtype=torch.float64))
    assert (result - image).abs().max() < 1e-12 * 60


def test_uniform_image_stays_uniform() -> None:
    image = torch.full((1, 3, 20, 33), 41.0, dtype=torch.float64)
    result = LocalLaplacian().double()(image, torch.tensor([[0.0, 2.0, 4.0, 0.5]], dtype=torch.float64)).detach()
    assert torch.allclose(result, result[:, :, :1, :1].expand_as(result))
    assert torch.equal(result[:, 1:], image[:, 1:])
