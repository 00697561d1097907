"""Linear scaling between a black and a white point (`exposure`)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Gain(nn.Module):
    """Light scaled so that the white point maps to one and the black point to zero: `exposure` in manual mode.

    Sliders: exposure in EV, black as a fraction of white. If white equals black the gain is infinite, as in darktable,
    whose sliders prevent this.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rate = nn.Parameter(torch.tensor(0.5))
        """Logarithm of the gain per EV; ln 2 in darktable."""
        self.offset = nn.Parameter(torch.tensor(0.5))
        """Factor on the black slider; 1 in darktable."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        exposure, black = sliders.reshape(-1, 2, 1, 1, 1).unbind(dim=1)
        black = self.offset * black
        return (image - black) / (torch.exp(-self.rate * exposure) - black)
