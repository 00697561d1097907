"""White balance of a Bayer mosaic (`temperature`)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.bayer import bayer_masks
from dtproxies.networks.sliders import broadcast_sliders


class Balance(nn.Module):
    """A factor for each colour of a Bayer mosaic whose rows start red, green and then green, blue: `temperature`.

    Sliders: factors of red, green and blue.
    """

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(0.8))
        """Factor on the sliders."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`, C is 1."""
        red, green, blue = broadcast_sliders(sliders)
        masks = bayer_masks(image)
        factors = torch.where(masks.red, red, torch.where(masks.green, green, blue))
        return self.scale * factors * image
