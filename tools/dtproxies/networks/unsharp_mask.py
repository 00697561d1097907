"""Unsharp mask (`sharpen`)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Unsharp(nn.Module):
    """Difference from a blurred lightness, soft-thresholded and added back: `sharpen`, on L of Lab.

    Sliders: radius (standard deviation of the blur in pixels), amount, threshold (in units of L). The kernel ends at
    2.5 radii, at most 12 pixels; pixels closer to the border are unchanged. Images without other pixels are returned
    unchanged.
    """

    LIMIT = 12
    """Largest half width of the blur in pixels; darktable's source calls it MAXR."""
    CUT = 2.5
    """Half width of the blur in radii."""

    def __init__(self) -> None:
        super().__init__()
        self.radius_scale = nn.Parameter(torch.tensor(0.8))
        self.amount_scale = nn.Parameter(torch.tensor(0.6))
        self.threshold_scale = nn.Parameter(torch.tensor(1.5))

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        radius, amount, threshold = sliders.reshape(-1, 3, 1, 1, 1).unbind(dim=1)
        half = torch.ceil(self.CUT * radius.detach()).clamp(max=self.LIMIT)
        lightness = image[:, :1]
        difference = lightness - self._blur(lightness, radius, half)
        detail = torch.sign(difference) * functional.relu(difference.abs() - self.threshold_scale * threshold)
        added = self.amount_scale * amount * detail * self._inside(image, half)
        return torch.cat([lightness + added, image[:, 1:]], dim=1)

    def _blur(self, lightness: Tensor, radius: Tensor, half: Tensor) -> Tensor:
        """Convolve with the kernel of each image along columns, then rows; outside the image are zeros."""
        steps = torch.arange(-self.LIMIT, self.LIMIT + 1, dtype=lightness.dtype, device=lightness.device)
        steps = steps.reshape(1, 1, -1, 1)
        spread = (self.radius_scale * radius).clamp(min=1e-3)
        weights = torch.exp(-(steps**2) / (2 * spread**2)) * (steps.abs() <= half)
        weights = weights / weights.sum(dim=2, keepdim=True)
        count = lightness.shape[0]
        planes = lightness.transpose(0, 1)
        planes = functional.conv2d(planes, weights, padding=(self.LIMIT, 0), groups=count)
        planes = functional.conv2d(planes, weights.transpose(2, 3), padding=(0, self.LIMIT), groups=count)
        return planes.transpose(0, 1)

    def _inside(self, image: Tensor, half: Tensor) -> Tensor:
        """Build a mask: one where the whole kernel is inside the image, zero elsewhere."""
        height, width = image.shape[-2:]
        rows = torch.arange(height, device=image.device).reshape(1, 1, -1, 1)
        columns = torch.arange(width, device=image.device).reshape(1, 1, 1, -1)
        inner_rows = (rows >= half) & (rows < height - half)
        inner_columns = (columns >= half) & (columns < width - half)
        return (inner_rows & inner_columns).to(image.dtype)
