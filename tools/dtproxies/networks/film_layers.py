"""Networks that look at one pixel, or through small kernels, and are steered by the sliders in every layer."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class FiLM(nn.Module):
    """Layers whose channels are scaled and shifted as the sliders say (feature-wise linear modulation).

    With `kernel` 1 it looks at the pixel alone; else edges are continued outwards, and it looks `reach` pixels far. The
    last layer starts at zero, so that what is added to an image starts as nothing.
    """

    def __init__(
        self, inputs: int, outputs: int, condition: int, *, width: int = 64, depth: int = 3, kernel: int = 1
    ) -> None:
        """Build it.

        Args:
            inputs: channels that go in.
            outputs: channels that come out.
            condition: numbers that steer it, for example `Dials.size`.
            width: channels of the layers between.
            depth: how many of those there are.
            kernel: side of the kernels, odd.
        """
        super().__init__()
        self.reach = depth * (kernel // 2)
        """Pixels around an output pixel that it looks at."""
        ends = [inputs, *[width] * (depth - 1)]
        self.layers = nn.ModuleList(
            nn.Conv2d(one, width, kernel, padding=kernel // 2, padding_mode="replicate") for one in ends
        )
        self.last = nn.Conv2d(width, outputs, 1)
        self.steer = nn.Sequential(
            nn.Linear(condition, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 2 * width * depth)
        )
        for layer in (self.last, self.steer[-1]):
            nn.init.zeros_(layer.weight)  # type: ignore[arg-type]
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

    def forward(self, features: Tensor, condition: Tensor) -> Tensor:
        """[B, inputs, H, W] and [B, condition] -> [B, outputs, H, W]."""
        steered = self.steer(condition)[..., None, None].chunk(2 * len(self.layers), dim=1)
        for number, layer in enumerate(self.layers):
            scale, shift = steered[2 * number : 2 * number + 2]
            features = functional.silu(layer(features) * (1 + scale) + shift)
        made: Tensor = self.last(features)
        return made


def gate(features: Tensor, gates: Tensor) -> Tensor:
    """Sum of images, each times its own gate: what is added is nothing where all gates are zero, by construction.

    Gates are slider values that are zero where the module does nothing, so slopes are right there as well.

    Args:
        features: [B, C * G, H, W].
        gates: [B, G].

    Returns:
        [B, C, H, W].
    """
    count, channels, height, width = features.shape
    parts = features.reshape(count, channels // gates.shape[1], gates.shape[1], height, width)
    return torch.sum(parts * gates[:, None, :, None, None], dim=2)
