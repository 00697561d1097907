"""Chromatic adaptation, channel mixing and gamut compression on cone responses (`channelmixerrgb`)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.colour import REC2020_TO_XYZ_D50, apply_matrix
from dtproxies.networks.sliders import broadcast_sliders

CAT16 = ((0.401288, 0.650173, -0.051461), (-0.250268, 1.204414, 0.045854), (-0.002079, 0.048952, 0.953127))
"""XYZ to cone responses (Li et al. 2017, Comprehensive color solutions: CAM16)."""
CAT16_BACK = ((1.862068, -1.011255, 0.149187), (0.38752, 0.621447, -0.008974), (-0.015841, -0.034123, 1.049964))
"""Inverse matrix, rounded as in darktable."""
D50 = (0.994535, 1.000997, 0.833036)
"""Cone responses to the white of the working profile."""
D50_XY = (0.34567, 0.35850)
LEAST = 2.0**-16
"""Smallest divisor."""


class MixerRgb(nn.Module):
    """Adaptation to D50, channel mixer, gamut compression, saturation and lightness, in this order.

    `channelmixerrgb` with adaptation by CAT16 and the saturation of its version 3. Sliders: the mixing matrix row by
    row, saturation of three channels, lightness of three channels, gamut compression, x and y of the illuminant.
    Negative values are clipped after each step, as by default in darktable.
    """

    _xyz_to_cones: Tensor
    _cones_to_xyz: Tensor
    _rgb_to_cones: Tensor
    _xyz_to_rgb: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.Parameter(torch.tensor(0.61))
        """Factor on the norm of a colour that makes the ratios of grey one."""
        self.share = nn.Parameter(torch.tensor(0.36))
        """Weight of each channel in the saturation change."""
        self.white = nn.Parameter(torch.tensor([0.196, 0.46]))
        """Chromaticity u', v' towards which colours are compressed."""
        to_cones, from_cones = (torch.tensor(one, dtype=torch.float64) for one in (CAT16, CAT16_BACK))
        to_xyz = torch.from_numpy(REC2020_TO_XYZ_D50)
        self.register_buffer("_xyz_to_cones", to_cones, persistent=False)
        self.register_buffer("_cones_to_xyz", from_cones, persistent=False)
        self.register_buffer("_rgb_to_cones", to_cones @ to_xyz, persistent=False)
        self.register_buffer("_xyz_to_rgb", torch.linalg.inv(to_xyz), persistent=False)

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        mix = sliders[:, :9].reshape(-1, 3, 3)
        saturation, lightness = (sliders[:, at : at + 3, None, None] for at in (9, 12))
        compression, x, y = broadcast_sliders(sliders[:, 15:])
        cones = self._adapted(image.clamp(min=0), x, y)
        xyz = apply_matrix(apply_matrix(cones, mix), self._cones_to_xyz).clamp(min=0)
        cones = apply_matrix(self._compressed(xyz, compression), self._xyz_to_cones).clamp(min=0)
        cones = self._coloured(cones, saturation, lightness).clamp(min=0)
        return apply_matrix(apply_matrix(cones, self._cones_to_xyz).clamp(min=0), self._xyz_to_rgb).clamp(min=0)

    def _adapted(self, image: Tensor, x: Tensor, y: Tensor) -> Tensor:
        """Convert linear RGB to cone responses under D50."""
        illuminant = apply_matrix(torch.cat([x / y, torch.ones_like(x), (1 - x - y) / y], dim=1), self._xyz_to_cones)
        target = illuminant.new_tensor(D50).reshape(1, 3, 1, 1)
        return apply_matrix(image, self._rgb_to_cones) * target / illuminant

    def _compressed(self, xyz: Tensor, compression: Tensor) -> Tensor:
        """Compress chromaticities towards white, saturated and bright colours most, and never beyond white."""
        total, luminance = xyz.sum(dim=1, keepdim=True), xyz[:, 1:2]
        light = total > 0
        x, y = (torch.where(light, xyz[:, at : at + 1] / torch.where(light, total, 1.0), D50_XY[at]) for at in range(2))
        denominator = -2 * x + 12 * y + 3
        position = torch.cat([4 * x / denominator, 9 * y / denominator], dim=1)
        white = self.white.reshape(1, 2, 1, 1)
        towards_white = white - position
        size = (luminance * torch.sum(towards_white**2, dim=1, keepdim=True)).clamp(min=1e-30)
        pull = torch.exp((torch.log(size) / compression.clamp(min=1e-3)).clamp(max=60))
        compressed = position + torch.where(compression > 0, pull, 0.0) * towards_white
        compressed = torch.where(position > white, torch.maximum(compressed, white), torch.minimum(compressed, white))
        u, v = torch.chunk(compressed, 2, dim=1)
        denominator = 6 * u - 16 * v + 12
        x, y = (9 * u / denominator).clamp(min=0), (4 * v / denominator).clamp(min=LEAST)
        outside = (x + y).clamp(min=1)
        x, y = x / outside, y / outside
        return torch.cat([luminance * x / y, luminance, luminance * (1 - x - y) / y], dim=1)

    def _coloured(self, cones: Tensor, saturation: Tensor, lightness: Tensor) -> Tensor:
        """Change saturation by moving channel ratios from or towards one, and lightness by a common gain."""
        square = torch.sum(cones**2, dim=1, keepdim=True)
        light = square > 0
        norm = torch.sqrt(torch.where(light, square, 1.0)) * self.norm
        ratios = cones / norm
        change = -self.share * torch.sum(ratios * saturation, dim=1, keepdim=True)
        ratios = torch.maximum(ratios + (1 - ratios) * change, ratios.clamp(max=0))
        square = torch.sum(ratios**2, dim=1, keepdim=True)
        length = torch.sqrt(torch.where(square > 0, square, 1.0)) * self.norm
        mean = cones.mean(dim=1, keepdim=True).clamp(min=LEAST)
        gain = (1 + torch.sum(cones * lightness, dim=1, keepdim=True) / mean).clamp(min=0)
        return torch.where(light, ratios * (norm / length) * gain, cones)
