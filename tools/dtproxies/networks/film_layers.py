"""Convolutional layers conditioned on the sliders by feature-wise linear modulation (FiLM)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class FiLM(nn.Module):
    """Convolutional layers whose channels are scaled and shifted by functions of the sliders.

    With `kernel` 1 the network is pointwise; otherwise edges are replicated. The last layer is initialised with zeros,
    so that its output, a residual, starts at zero.
    """

    def __init__(
        self, inputs: int, outputs: int, condition: int, *, width: int = 64, depth: int = 3, kernel: int = 1
    ) -> None:
        """Build the layers.

        Args:
            inputs: number of input channels.
            outputs: number of output channels.
            condition: number of conditioning values, for example `SliderEmbedding.size`.
            width: number of channels of the hidden layers.
            depth: number of hidden layers.
            kernel: side of the kernels, odd.
        """
        super().__init__()
        self.receptive_field = depth * (kernel // 2)
        """Receptive-field radius in pixels."""
        ends = [inputs, *[width] * (depth - 1)]
        self.layers = nn.ModuleList(
            nn.Conv2d(channels, width, kernel, padding=kernel // 2, padding_mode="replicate") for channels in ends
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
        result: Tensor = self.last(features)
        return result


def gate(features: Tensor, gates: Tensor) -> Tensor:
    """Sum feature maps, each multiplied by its gate, so that the result is zero where all gates are zero.

    Gates are slider values that are zero at the identity, so gradients are correct there as well.

    Args:
        features: [B, C * G, H, W].
        gates: [B, G].

    Returns:
        [B, C, H, W].
    """
    count, channels, height, width = features.shape
    parts = features.reshape(count, channels // gates.shape[1], gates.shape[1], height, width)
    return torch.sum(parts * gates[:, None, :, None, None], dim=2)
