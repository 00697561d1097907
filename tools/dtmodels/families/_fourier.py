"""The two-dimensional Fourier transform of real images as matrix products: what every ONNX provider can run.

ONNX's own `DFT` is missing in the CUDA provider and slow in the CPU one. Here a transform is two products with
constant matrices, one a direction. Values are those of `torch.fft.rfft2` and `irfft2` with `norm="ortho"`, in real
arithmetic: the real and the imaginary part of channel c are channels 2c and 2c + 1.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Matrix = NDArray[np.float64]


class Transform:
    """The transform of one size, there and back; networks of one size share it, and with it the constants.

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

    def forward(self, picture: Tensor) -> Tensor:
        """Transform [1, C, height, width] to [1, 2C, height, width // 2 + 1]."""
        half = self.width // 2 + 1
        rows = picture @ self._rows
        # real rows above imaginary rows: then the left product leaves the two parts as neighbouring channels
        stacked = torch.cat([rows[..., :half], rows[..., half:]], dim=2)
        return (self._columns @ stacked).reshape(1, -1, self.height, half)

    def inverse(self, spectrum: Tensor) -> Tensor:
        """Transform [1, 2C, height, width // 2 + 1] back to [1, C, height, width]."""
        stacked = spectrum.reshape(1, -1, 2 * self.height, self.width // 2 + 1)
        rows = self._columns_back @ stacked
        beside = torch.cat([rows[:, :, : self.height], rows[:, :, self.height :]], dim=3)
        return beside @ self._rows_back


def row_matrix(width: int) -> Matrix:
    """[W, 2 (W // 2 + 1)]: times a real row, the real parts of its transform and then the imaginary parts."""
    cosine, sine = _waves(width, width // 2 + 1)
    return np.concatenate([cosine, -sine], axis=1)


def row_matrix_back(width: int) -> Matrix:
    """[2 (W // 2 + 1), W]: the way back; all frequencies but the first and the middle one stand for two."""
    cosine, sine = _waves(width, width // 2 + 1)
    twice = np.full(width // 2 + 1, 2.0)
    twice[0] = 1
    if width % 2 == 0:
        twice[-1] = 1
    return np.concatenate([twice[:, None] * cosine.T, -twice[:, None] * sine.T])


def column_matrix(height: int) -> Matrix:
    """[2H, 2H]: times a complex column, real above imaginary parts, its transform; the transpose is the inverse."""
    cosine, sine = _waves(height, height)
    return np.block([[cosine, sine], [-sine, cosine]])


def _waves(points: int, frequencies: int) -> tuple[Matrix, Matrix]:
    """Cosines and sines [points, frequencies], scaled so that a transform keeps lengths."""
    # the product modulo the length keeps the angles small and with them the last digits
    angle = 2 * np.pi * (np.outer(np.arange(points), np.arange(frequencies)) % points) / points
    return np.cos(angle) / np.sqrt(points), np.sin(angle) / np.sqrt(points)


def _tensor(matrix: Matrix) -> Tensor:
    return torch.from_numpy(matrix.astype(np.float32))
