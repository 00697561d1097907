"""Two-dimensional Fourier transform of real images as matrix products, which every execution provider supports.

The CUDA provider has no kernel for ONNX's `DFT`, and the CPU's is slow. Here a transform is two products with constant
matrices, one for rows and one for columns. Values are those of `torch.fft.rfft2` and `irfft2` with `norm="ortho"`, in
real
arithmetic: the real and the imaginary part of channel c are channels 2c and 2c + 1.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Matrix = NDArray[np.float64]


class Transform:
    """Forward and inverse transform of one image size; all layers of a network share it and its constants.

    Args:
        height: rows of an image.
        width: columns of an image, odd or even.
    """

    def __init__(self, height: int, width: int) -> None:
        self.height, self.width = height, width
        self._rows = _tensor(row_matrix(width))
        self._rows_back = _tensor(row_matrix_back(width))
        self._columns = _tensor(column_matrix(height))
        self._columns_back = _tensor(column_matrix(height).T)

    def forward(self, image: Tensor) -> Tensor:
        """Transform [1, C, height, width] to [1, 2C, height, width // 2 + 1]."""
        half = self.width // 2 + 1
        rows = image @ self._rows
        # real rows above imaginary rows, so that the left product returns both parts as adjacent channels
        stacked = torch.cat([rows[..., :half], rows[..., half:]], dim=2)
        return (self._columns @ stacked).reshape(1, -1, self.height, half)

    def inverse(self, spectrum: Tensor) -> Tensor:
        """Transform [1, 2C, height, width // 2 + 1] back to [1, C, height, width]."""
        stacked = spectrum.reshape(1, -1, 2 * self.height, self.width // 2 + 1)
        rows = self._columns_back @ stacked
        adjacent = torch.cat([rows[:, :, : self.height], rows[:, :, self.height :]], dim=3)
        return adjacent @ self._rows_back


def row_matrix(width: int) -> Matrix:
    """Matrix [W, 2 (W // 2 + 1)] from a real row to the real parts of its transform, then the imaginary parts."""
    cosine, sine = _waves(width, width // 2 + 1)
    return np.concatenate([cosine, -sine], axis=1)


def row_matrix_back(width: int) -> Matrix:
    """Inverse matrix [2 (W // 2 + 1), W]; all frequencies count twice, except the first and the middle one."""
    cosine, sine = _waves(width, width // 2 + 1)
    twice = np.full(width // 2 + 1, 2.0)
    twice[0] = 1
    if width % 2 == 0:
        twice[-1] = 1
    return np.concatenate([twice[:, None] * cosine.T, -twice[:, None] * sine.T])


def column_matrix(height: int) -> Matrix:
    """Matrix [2H, 2H]: transforms a complex column, real above imaginary parts; the transpose is the inverse."""
    cosine, sine = _waves(height, height)
    return np.block([[cosine, sine], [-sine, cosine]])


def _waves(points: int, frequencies: int) -> tuple[Matrix, Matrix]:
    """Cosines and sines [points, frequencies], scaled so that the transform is orthonormal."""
    # the product modulo the length keeps the angles small, which preserves precision
    angle = 2 * np.pi * (np.outer(np.arange(points), np.arange(frequencies)) % points) / points
    return np.cos(angle) / np.sqrt(points), np.sin(angle) / np.sqrt(points)


def _tensor(matrix: Matrix) -> Tensor:
    return torch.from_numpy(matrix.astype(np.float32))
