"""Group normalisation written out, for export: its moments keep their digits on maps of millions of values.

torch exports it as an InstanceNormalization of one long row, whose sum ONNX Runtime loses digits of: a thousandth of
the standard deviation at darktable's tile sizes. Here rows, columns and channels are averaged one after the other, and
the variance is that of deviations from the mean.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class GroupNorm(nn.Module):
    """The same function as a `torch.nn.GroupNorm` with the same weights, which it shares."""

    averaging: Tensor | None

    def __init__(self, norm: nn.Module) -> None:
        super().__init__()
        if not isinstance(norm, nn.GroupNorm):
            raise TypeError(f"{type(norm).__name__} is not a group normalisation")
        self.epsilon = norm.eps
        self.weight = nn.Parameter(norm.weight.detach().reshape(1, -1, 1, 1))
        self.bias = nn.Parameter(norm.bias.detach().reshape(1, -1, 1, 1))
        size = norm.num_channels // norm.num_groups
        averaging = torch.kron(torch.eye(norm.num_groups), torch.full((size, size), 1 / size))
        self.register_buffer("averaging", averaging if norm.num_groups > 1 else None)

    def forward(self, x: Tensor) -> Tensor:
        """`[1, C, H, W]` to the same shape."""
        deviation, scale = self.moments(x)
        return deviation * (self.weight / scale) + self.bias

    def moments(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Deviations of `[1, C, H, W]` from the mean, and their scale, `[1, C or 1, 1, 1]`."""
        deviation = x - self._mean(x)
        return deviation, torch.sqrt(self._mean(deviation * deviation) + self.epsilon)

    def _mean(self, x: Tensor) -> Tensor:
        """Mean of the group of each channel, `[1, C, 1, 1]`; `[1, 1, 1, 1]` if there is one group."""
        means = x.mean(3).mean(2)
        averaged = means.mean(1, keepdim=True) if self.averaging is None else means @ self.averaging
        return averaged.reshape(1, -1, 1, 1)
