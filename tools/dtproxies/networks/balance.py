"""White balance of a mosaic."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.sliders import planes


class Balance(nn.Module):
    """A factor for each colour of a Bayer mosaic whose rows start red, green and then green, blue: `temperature`.

    Sliders: factors of red, green and blue.
    """

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(0.8))
        """Of the factors."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units; C is 1."""
        red, green, blue = planes(sliders)
        height, width = image.shape[-2:]
        down = (torch.arange(height, device=image.device) % 2 == 0).reshape(1, 1, -1, 1)
        across = (torch.arange(width, device=image.device) % 2 == 0).reshape(1, 1, 1, -1)
        factors = torch.where(down, torch.where(across, red, green), torch.where(across, green, blue))
        return self.scale * factors * image
