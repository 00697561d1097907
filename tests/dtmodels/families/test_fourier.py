"""Tests of the Fourier transform as matrix products, against torch."""

from __future__ import annotations

import pytest
import torch

from dtmodels.families._fourier import Transform

SIZES = [(1, 2), (2, 3), (5, 8), (8, 5), (7, 9), (32, 32), (25, 41), (64, 64)]


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_forward_matches_torch_rfft2(height: int, width: int) -> None:
    image = torch.randn(1, 3, height, width)
    expected = torch.fft.rfft2(image.double(), norm="ortho")
    transformed = Transform(height, width).forward(image)
    assert transformed.shape == (1, 6, height, width // 2 + 1)
    assert torch.allclose(transformed[:, 0::2].double(), expected.real, atol=5e-6)
    assert torch.allclose(transformed[:, 1::2].double(), expected.imag, atol=5e-6)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_inverse_matches_torch_irfft2(height: int, width: int) -> None:
    spectrum = torch.randn(1, 6, height, width // 2 + 1)
    pairs = torch.complex(spectrum[:, 0::2].double(), spectrum[:, 1::2].double())
    expected = torch.fft.irfft2(pairs, s=(height, width), norm="ortho")
    transformed = Transform(height, width).inverse(spectrum)
    assert torch.allclose(transformed.double(), expected, atol=1e-5)


def test_inverse_of_forward_is_the_image() -> None:
    image, transform = torch.randn(1, 2, 25, 41), Transform(25, 41)
    assert torch.allclose(transform.inverse(transform.forward(image)), image, atol=1e-5)
