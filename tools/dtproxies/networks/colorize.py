"""One colour for all pixels, with a mix of their lightness (`colorize`)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtbase.imaging.colour import REC709_TO_XYZ_D50
from dtproxies.networks.colour import apply_matrix, xyz_to_lab
from dtproxies.networks.cube_root import approximate_cube_root
from dtproxies.networks.hsl import from_hsl
from dtproxies.networks.sliders import broadcast_sliders


class Colorize(nn.Module):
    """a and b of one colour, and its L mixed with each pixel's L: `colorize`, version 2 of its colours.

    Sliders: hue 0..1 and saturation 0..1 of the colour, weight of the pixel's own lightness in per cent, lightness of
    the colour in per cent.
    """

    def __init__(self) -> None:
        super().__init__()
        self.middle = nn.Parameter(torch.tensor(0.45))
        """L / 100 of pixels that get exactly the lightness of the colour."""
        self.to_xyz = nn.Parameter(torch.tensor(0.9 * REC709_TO_XYZ_D50, dtype=torch.float32))
        """Matrix from the RGB of the colour to XYZ under D50."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        hue, saturation, mix, lightness = broadcast_sliders(sliders)
        light = from_hsl(hue, saturation, lightness / 100)
        colour = xyz_to_lab(apply_matrix(light, self.to_xyz), approximate_cube_root)
        mixed = colour[:, :1] + mix / 100 * (image[:, :1] - 100 * self.middle)
        return torch.cat([mixed, colour[:, 1:].expand_as(image[:, 1:])], dim=1)
