"""darktable's grading space: luminance and chromaticity of cone responses (Kirk 2019), all [B, C, H, W]."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from dtproxies.networks.colour import apply_matrix
from dtproxies.networks.powers import safe_divide, safe_sqrt

D50_TO_D65 = np.array(
    [[0.989466254, -0.0400304626, 0.0440530317], [-0.00540518733, 1.00666069, -0.00175551955],
     [-0.000403920992, 0.0150768030, 1.30210211]]
)  # fmt: skip
"""XYZ under D50 to XYZ under D65 by CAT16."""
D65_TO_D50 = np.array(
    [[1.01085433, 0.0407086103, -0.0341445825], [0.00542814201, 0.993581926, 0.00115592039],
     [0.000250722468, -0.0114918759, 0.767964947]]
)  # fmt: skip
"""Inverse matrix, rounded as in darktable."""
XYZ_TO_CONES = ((0.257085, 0.859943, -0.031061), (-0.394427, 1.175800, 0.106423), (0.064856, -0.076250, 0.559067))
CONES_TO_XYZ = (
    (1.80794659, -1.29971660, 0.34785879),
    (0.61783960, 0.39595453, -0.04104687),
    (-0.12546960, 0.20478038, 1.74274183),
)
LIGHTS_TO_CONES = ((0.95, 0.38, 0.0), (0.05, 0.62, 0.03), (0.0, 0.0, 0.97))
CONES_TO_LIGHTS = (
    (1.08771930, -0.66666667, 0.02061856),
    (-0.0877193, 1.66666667, -0.05154639),
    (0.0, 0.0, 1.03092784),
)
LUMINANCE = (0.68990272, 0.34832189)
"""Weights of the first two cone responses in luminance."""
WHITE = (0.21902143, 0.54371398)
"""Fractions of red and green in the grading RGB of white."""


def multiply_constant(image: Tensor, coefficients: tuple[tuple[float, ...], ...]) -> Tensor:
    """Multiply every pixel by a constant matrix."""
    return apply_matrix(image, torch.tensor(coefficients, dtype=torch.float64))


def luminance(cones: Tensor) -> Tensor:
    """Compute the luminance of cone responses, [B, 1, H, W]."""
    return LUMINANCE[0] * cones[:, :1] + LUMINANCE[1] * cones[:, 1:2]


def to_polar(cones: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Convert cone responses to luminance, chroma, and cosine and sine of the hue."""
    lights = multiply_constant(safe_divide(cones, cones.sum(dim=1, keepdim=True)), CONES_TO_LIGHTS)
    red, green = lights[:, :1] - WHITE[0], lights[:, 1:2] - WHITE[1]
    chroma = safe_sqrt(red**2 + green**2)
    return luminance(cones), chroma, safe_divide(red, chroma, 1.0), safe_divide(green, chroma, 0.0)


def from_polar(light: Tensor, chroma: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Convert polar coordinates to cone responses: the inverse of `to_polar`."""
    red, green = chroma * cosine + WHITE[0], chroma * sine + WHITE[1]
    cones = multiply_constant(torch.cat([red, green, 1 - red - green], dim=1), LIGHTS_TO_CONES)
    return cones * safe_divide(light, luminance(cones))


def with_luminance(cones: Tensor, light: Tensor) -> Tensor:
    """Change luminance at constant chromaticity; black, without chromaticity, counts as RGB (0, 0, 1)."""
    lights = multiply_constant(safe_divide(cones, cones.sum(dim=1, keepdim=True)), CONES_TO_LIGHTS)
    red, green = lights[:, :1], lights[:, 1:2]
    plain = multiply_constant(torch.cat([red, green, 1 - red - green], dim=1), LIGHTS_TO_CONES)
    return plain * safe_divide(light, luminance(plain))


def limit_chroma(chroma: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Limit chroma so that all three channels of grading RGB stay positive."""
    red, green = chroma * cosine + WHITE[0], chroma * sine + WHITE[1]
    for outside, limit, direction in (
        (red < 0, WHITE[0], -cosine),
        (green < 0, WHITE[1], -sine),
        (red + green > 1, 1 - WHITE[0] - WHITE[1], cosine + sine),
    ):
        most = limit / torch.where(outside, direction, 1.0)
        chroma = torch.where(outside, torch.minimum(most, chroma), chroma)
    return chroma
