"""White balance of a mosaic."""

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
        """Of the factors."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units; C is 1."""
        red, green, blue = broadcast_sliders(sliders)
        places = bayer_masks(image)
        factors = torch.where(places.red, red, torch.where(places.green, green, blue))
        return self.scale * factors * image
