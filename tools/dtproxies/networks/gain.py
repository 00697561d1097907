"""Light scaled between a black and a white point."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Gain(nn.Module):
    """Light scaled so that a white point lands on one and a black point on zero: `exposure` in manual mode.

    Sliders: exposure in EV, black as a share of white. Where white equals black the gain is infinite, as in darktable;
    its sliders keep the two apart.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rate = nn.Parameter(torch.tensor(0.5))
        """Halving of white per EV: towards ln 2."""
        self.offset = nn.Parameter(torch.tensor(0.5))
        """Share of the black slider that is subtracted."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        exposure, black = sliders.reshape(-1, 2, 1, 1, 1).unbind(dim=1)
        black = self.offset * black
        return (image - black) / (torch.exp(-self.rate * exposure) - black)
