"""The Fourier transform as matrix products is torch's own, there and back, at every size."""

from __future__ import annotations

import pytest
import torch

from dtmodels.families._fourier import Transform

SIZES = [(1, 2), (2, 3), (5, 8), (8, 5), (7, 9), (32, 32), (25, 41), (64, 64)]


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_forward_is_the_orthonormal_transform_with_its_parts_interleaved(height: int, width: int) -> None:
    picture = torch.randn(1, 3, height, width)
    wanted = torch.fft.rfft2(picture.double(), norm="ortho")
    found = Transform(height, width).forward(picture)
    assert found.shape == (1, 6, height, width // 2 + 1)
    assert torch.allclose(found[:, 0::2].double(), wanted.real, atol=5e-6)
    assert torch.allclose(found[:, 1::2].double(), wanted.imag, atol=5e-6)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_inverse_is_torchs_also_for_spectra_of_no_image(height: int, width: int) -> None:
    spectrum = torch.randn(1, 6, height, width // 2 + 1)
    pairs = torch.complex(spectrum[:, 0::2].double(), spectrum[:, 1::2].double())
    wanted = torch.fft.irfft2(pairs, s=(height, width), norm="ortho")
    found = Transform(height, width).inverse(spectrum)
    assert torch.allclose(found.double(), wanted, atol=1e-5)


def test_there_and_back_is_the_image() -> None:
    picture, transform = torch.randn(1, 2, 25, 41), Transform(25, 41)
    assert torch.allclose(transform.inverse(transform.forward(picture)), picture, atol=1e-5)
