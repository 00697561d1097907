"""A rising curve whose shape the sliders decide."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Curve(nn.Module):
    """Straight pieces between knots at even distances, never falling, that start as the identity.

    A small network turns the condition into the rises from knot to knot. Beyond its ends the curve goes on as its first
    and last pieces do. Its axes are whatever it is given: `to_stops` of light, L / 100, a display value.
    """

    def __init__(
        self,
        condition: int,
        *,
        channels: int = 1,
        knots: int = 129,
        low: float = 0.0,
        high: float = 1.0,
        width: int = 64,
    ) -> None:
        """Build it.

        Args:
            condition: numbers that shape it, for example `Dials.size`.
            channels: curves side by side; 1 for one that all channels go through.
            knots: ends included.
            low: the first knot.
            high: the last knot.
            width: of the layers of the small network.
        """
        super().__init__()
        self._channels, self._knots, self._low = channels, knots, low
        self._step = (high - low) / (knots - 1)
        self.shape = nn.Sequential(
            nn.Linear(condition, width),
            nn.SiLU(),
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Linear(width, channels * knots),
        )
        nn.init.zeros_(self.shape[-1].weight)  # type: ignore[arg-type]
        nn.init.zeros_(self.shape[-1].bias)  # type: ignore[arg-type]

    def forward(self, values: Tensor, condition: Tensor) -> Tensor:
        """[B, C, H, W] and [B, condition] -> [B, C, H, W]; C is `channels`, or any where that is 1."""
        count, channels, height, width = values.shape
        table = self._table(condition).expand(count, channels, self._knots)
        place = (values.reshape(count, channels, height * width) - self._low) / self._step
        left = place.detach().floor().clamp(0, self._knots - 2).to(torch.int64)
        start, end = torch.gather(table, 2, left), torch.gather(table, 2, left + 1)
        made = start + (end - start) * (place - left.to(place.dtype))
        return made.reshape(count, channels, height, width)

    def _table(self, condition: Tensor) -> Tensor:
        """Heights at the knots, [B, channels, knots]; the first number moves the whole curve."""
        shaped = self.shape(condition).reshape(-1, self._channels, self._knots)
        rises = functional.softplus(shaped[..., 1:], beta=1.0) * (self._step / _SOFTPLUS_AT_0)
        first = self._low + self._step * shaped[..., :1]
        return torch.cat([first, first + torch.cumsum(rises, dim=2)], dim=2)


_SOFTPLUS_AT_0 = 0.6931471805599453
