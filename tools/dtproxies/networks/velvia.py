"""More saturation for pale colours."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.sliders import broadcast_sliders

NONE = 1e-5
"""Added to what saturation is divided by."""


class Velvia(nn.Module):
    """Channels moved away from the mean of the other two, pale and very light or dark pixels most: `velvia`.

    Sliders: strength in per cent, bias (at 1 only saturation decides, at 0 lightness does as well). What comes out is
    clipped to 0..1, unless the strength is 0: then nothing changes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.paleness = nn.Parameter(torch.tensor(1.2))
        """How fast the effect falls with saturation."""
        self.ends = nn.Parameter(torch.tensor(1.5))
        """How fast it rises from middle lightness towards black and white."""
        self.push = nn.Parameter(torch.tensor(0.8))
        """Share of the distance to the mean of the others by which a channel is moved."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        strength, bias = broadcast_sliders(sliders)
        most, least = image.amax(dim=1, keepdim=True), image.amin(dim=1, keepdim=True)
        total = most + least
        room = NONE + torch.where(total <= 1, total, (2 - total).clamp(min=0))
        saturation = (most - least) / torch.where(room.abs() < 1e-9, 1e-9, room)
        lightness = (1 + self.ends * (total / 2 - 0.5).abs()) * (1 - bias)
        weight = ((1 - self.paleness * saturation + lightness) / (2 - bias)).clamp(0, 1)
        others = (image.sum(dim=1, keepdim=True) - image) / 2
        moved = (image + self.push * strength / 100 * weight * (image - others)).clamp(0, 1)
        return torch.where(strength > 0, moved, image)
