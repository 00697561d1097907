"""Monotonic curve whose shape is a function of the sliders."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Curve(nn.Module):
    """Piecewise linear, non-decreasing curve between evenly spaced knots, initialised as the identity.

    A small network converts the condition to the rises between knots. Beyond its ends the curve is extrapolated
    linearly. Its axes have the unit of the input: `to_stops` of light, L / 100, or a display value.
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
        """Build the curve.

        Args:
            condition: number of conditioning values, for example `SliderEmbedding.size`.
            channels: number of curves; 1 for a curve shared by all channels.
            knots: number of knots, ends included.
            low: position of the first knot.
            high: position of the last knot.
            width: width of the layers of the small network.
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
        position = (values.reshape(count, channels, height * width) - self._low) / self._step
        left = position.detach().floor().clamp(0, self._knots - 2).to(torch.int64)
        start, end = torch.gather(table, 2, left), torch.gather(table, 2, left + 1)
        result = start + (end - start) * (position - left.to(position.dtype))
        return result.reshape(count, channels, height, width)

    def _table(self, condition: Tensor) -> Tensor:
        """Compute heights at the knots, [B, channels, knots]; the first value shifts the whole curve."""
        shaped = self.shape(condition).reshape(-1, self._channels, self._knots)
        rises = functional.softplus(shaped[..., 1:], beta=1.0) * (self._step / _SOFTPLUS_AT_0)
        first = self._low + self._step * shaped[..., :1]
        return torch.cat([first, first + torch.cumsum(rises, dim=2)], dim=2)


_SOFTPLUS_AT_0 = 0.6931471805599453
