"""Input profile to Lab (`colorin`), and Lab to output profile (`colorout`)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from dtbase.imaging.colour import REC709_TO_XYZ_D50
from dtproxies.networks.colour import apply_matrix, lab_to_xyz, xyz_to_lab
from dtproxies.networks.cube_root import approximate_cube_root

START = 0.9
"""Start of each matrix element as a fraction of its known value."""
KNOTS = (0.7, 0.8, 0.9)
"""Positions at which the curve is compared with its end to extrapolate it by a power of light."""


class ToLab(nn.Module):
    """Linear Rec709 to Lab under D50: `colorin` with the profile of floating-point images. No sliders."""

    def __init__(self) -> None:
        super().__init__()
        self.to_xyz = nn.Parameter(torch.tensor(START * REC709_TO_XYZ_D50, dtype=torch.float32))

    def forward(self, image: Tensor, _sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        return xyz_to_lab(apply_matrix(image, self.to_xyz), approximate_cube_root)


class ToDisplay(nn.Module):
    """Lab under D50 to sRGB: `colorout` with the profile of exported images. No sliders.

    Negative light is black. Above white the curve continues as a power fitted to its upper end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.from_xyz = nn.Parameter(torch.tensor(START * np.linalg.inv(REC709_TO_XYZ_D50), dtype=torch.float32))
        self.power = nn.Parameter(torch.tensor(2.2))
        """Exponent of the curve above its linear segment."""

    def forward(self, image: Tensor, _sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        light = apply_matrix(lab_to_xyz(image), self.from_xyz)
        knots = [torch.full_like(light[:1, :1, :1, :1], knot) for knot in KNOTS]
        powers = torch.stack([torch.log(self._curve(knot)) / torch.log(knot) for knot in knots])
        return torch.where(light < 1, self._curve(light.clamp(0, 1)), torch.pow(light.clamp(min=1), powers.mean(dim=0)))

    def _curve(self, light: Tensor) -> Tensor:
        """Apply the sRGB curve (IEC 61966-2-1) to light from 0 to 1."""
        bent = 1.055 * torch.pow(light.clamp(min=0.0031308), 1 / self.power) - 0.055
        return torch.where(light <= 0.0031308, 12.92 * light, bent)
