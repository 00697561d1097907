"""Differentiable colour conversions as in darktable, without clipping.

All functions take and return [B, 3, H, W]. Matrices are those of `dtbase`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dtbase.imaging.colour import (
    LAB_EPSILON,
    LAB_KAPPA,
    REC709,
    REC709_TO_XYZ_D50,
    WHITE_D50,
    adapt_to_d50,
    primaries_to_xyz,
)
from dtbase.imaging.colour_spaces import REC709_TO_REC2020
from dtbase.system.errors import Failure
from dtproxies.vocabulary.module import Space

REC2020 = np.array([[0.708, 0.292], [0.170, 0.797], [0.131, 0.046]])
"""Chromaticities x, y of the primaries (ITU-R BT.2020)."""
D65_XY = (0.31271, 0.32902)
"""Chromaticity of D65 in darktable's profiles, `D65xyY` in `common/colorspaces.h`."""
WHITE = np.array([D65_XY[0] / D65_XY[1], 1.0, (1 - sum(D65_XY)) / D65_XY[1]])
REC2020_TO_XYZ_D50 = adapt_to_d50(primaries_to_xyz(REC2020, WHITE), WHITE)
"""darktable's working profile: linear light with a D65 white, adapted to D50 as ICC profiles are."""
SRGB_TO_XYZ_D50 = adapt_to_d50(primaries_to_xyz(REC709, WHITE), WHITE)
"""Linear light of darktable's output profile sRGB."""


def apply_matrix(image: Tensor, coefficients: NDArray[np.floating[Any]] | Tensor) -> Tensor:
    """Multiply every pixel by a 3 x 3 matrix, or by one matrix per image [B, 3, 3]."""
    if not isinstance(coefficients, Tensor):
        coefficients = torch.from_numpy(np.asarray(coefficients, np.float64))
    coefficients = coefficients.to(dtype=image.dtype, device=image.device)
    flat = image.reshape(image.shape[0], 3, -1)
    return torch.matmul(coefficients, flat).reshape(image.shape)


def _cube_root(value: Tensor) -> Tensor:
    return torch.pow(value, 1 / 3)


def xyz_to_lab(xyz: Tensor, root: Callable[[Tensor], Tensor] = _cube_root) -> Tensor:
    """Convert XYZ under D50 to Lab; `root` computes the cube root of positive values."""
    ratio = xyz / _white(xyz)
    cube = root(ratio.clamp(min=LAB_EPSILON))
    x, y, z = torch.where(ratio > LAB_EPSILON, cube, (LAB_KAPPA * ratio + 16) / 116).unbind(dim=1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=1)


def lab_to_xyz(lab: Tensor) -> Tensor:
    """Convert Lab to XYZ under D50: the inverse of `xyz_to_lab`."""
    lightness, a, b = lab.unbind(dim=1)
    y = (lightness + 16) / 116
    curve = torch.stack([y + a / 500, y, y - b / 200], dim=1)
    return _white(lab) * torch.where(curve > LAB_EPSILON ** (1 / 3), curve**3, (116 * curve - 16) / LAB_KAPPA)


def linear_to_srgb(light: Tensor) -> Tensor:
    """Apply the sRGB curve (IEC 61966-2-1); negative values mirror positive ones."""
    size = light.abs()
    power = 1.055 * torch.pow(size.clamp(min=0.0031308), 1 / 2.4) - 0.055
    return torch.sign(light) * torch.where(size <= 0.0031308, size * 12.92, power)


def srgb_to_linear(encoded: Tensor) -> Tensor:
    """Invert the sRGB curve: the inverse of `linear_to_srgb`."""
    size = encoded.abs()
    power = torch.pow((size.clamp(min=0.04045) + 0.055) / 1.055, 2.4)
    return torch.sign(encoded) * torch.where(size <= 0.04045, size / 12.92, power)


def to_rec709(image: Tensor, space: Space) -> Tensor:
    """Convert a module's space to linear Rec709, as `images.module_spaces.from_space`; a mosaic is unchanged."""
    match space:
        case "work-rgb":
            return apply_matrix(image, np.linalg.inv(REC709_TO_REC2020))
        case "lab":
            return apply_matrix(lab_to_xyz(image), np.linalg.inv(REC709_TO_XYZ_D50))
        case "display":
            return srgb_to_linear(image)
        case "input-rgb" | "raw":
            return image


def from_rec709(image: Tensor, space: Space) -> Tensor:
    """Convert linear Rec709 to a module's space: the inverse of `to_rec709`.

    Raises:
        Failure: the space is raw, because an image cannot become a mosaic.
    """
    match space:
        case "work-rgb":
            return apply_matrix(image, REC709_TO_REC2020)
        case "lab":
            return xyz_to_lab(apply_matrix(image, REC709_TO_XYZ_D50))
        case "display":
            return linear_to_srgb(image)
        case "input-rgb":
            return image
        case "raw":
            raise Failure("an image cannot be converted to a mosaic by its colours alone")


def convert(image: Tensor, source: Space, target: Space) -> Tensor:
    """Convert between two spaces of modules."""
    return image if source == target else from_rec709(to_rec709(image, source), target)


def _white(image: Tensor) -> Tensor:
    return torch.tensor(WHITE_D50, dtype=image.dtype, device=image.device).reshape(1, 3, 1, 1)
