"""The network of NAFNet, with the parameter names of the published checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, repeat

import torch
from torch import Tensor, nn
from torch.nn import functional

EPSILON = 1e-6
"""Of the normalisation; the authors', not torch's default."""


class ChannelNorm(nn.Module):
    """Layer normalisation over the channels of each pixel of `[1, C, H, W]`.

    With channels last the graph has one `LayerNormalization` instead of nine operators.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """The same shape, normalised."""
        last = x.permute(0, 2, 3, 1)
        return functional.layer_norm(last, self.weight.shape, self.weight, self.bias, EPSILON).permute(0, 3, 1, 2)


def gate(x: Tensor) -> Tensor:
    """SimpleGate: the product of both halves of the channels, used instead of an activation function."""
    first, second = x.chunk(2, dim=1)
    return first * second


class Block(nn.Module):
    """NAFNet block: convolutions with channel attention, then a feed-forward part, with residual scales."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        wide = 2 * channels
        self.norm1, self.norm2 = ChannelNorm(channels), ChannelNorm(channels)
        self.conv1 = nn.Conv2d(channels, wide, 1)
        self.conv2 = nn.Conv2d(wide, wide, 3, padding=1, groups=wide)
        self.sca = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, channels, 1))
        self.conv3 = nn.Conv2d(channels, channels, 1)
        self.conv4 = nn.Conv2d(channels, wide, 1)
        self.conv5 = nn.Conv2d(channels, channels, 1)
        self.beta = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.gamma = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """`[1, C, H, W]` to the same shape."""
        mixed = gate(self.conv2(self.conv1(self.norm1(x))))
        x = x + self.beta * self.conv3(mixed * self.sca(mixed))
        fed: Tensor = self.conv5(gate(self.conv4(self.norm2(x))))
        return x + self.gamma * fed


class NAFNet(nn.Module):
    """The network, with the parameter names of the published checkpoints.

    Args:
        width: channels at full size; they double with every level down.
        encoder: blocks of each encoder level.
        middle: blocks at the lowest resolution.
        decoder: blocks of each decoder level, lowest resolution first.
    """

    def __init__(self, width: int, encoder: Sequence[int], middle: int, decoder: Sequence[int]) -> None:
        super().__init__()
        *levels, bottom = accumulate(repeat(2, len(encoder)), int.__mul__, initial=width)
        self.intro, self.ending = nn.Conv2d(3, width, 3, padding=1), nn.Conv2d(width, 3, 3, padding=1)
        self.encoders = nn.ModuleList(_blocks(*level) for level in zip(levels, encoder, strict=True))
        self.downs = nn.ModuleList(nn.Conv2d(channels, 2 * channels, 2, stride=2) for channels in levels)
        self.middle_blks = _blocks(bottom, middle)
        # a 1 x 1 convolution doubles the channels, then PixelShuffle turns each four into one at twice the size
        self.ups = nn.ModuleList(
            nn.Sequential(nn.Conv2d(2 * channels, 4 * channels, 1, bias=False), nn.PixelShuffle(2))
            for channels in reversed(levels)
        )
        self.decoders = nn.ModuleList(_blocks(*level) for level in zip(reversed(levels), decoder, strict=True))
        self.multiple = 2 ** len(levels)
        """Height and width must be a multiple of this; the authors' code pads to it, darktable's tiles already are."""

    def forward(self, image: Tensor) -> Tensor:
        """`[1, 3, H, W]` in 0..1 to the denoised image of the same shape."""
        x = self.intro(image)
        skips = []
        for blocks, down in zip(self.encoders, self.downs, strict=True):
            x = blocks(x)
            skips.append(x)
            x = down(x)
        x = self.middle_blks(x)
        for up, blocks in zip(self.ups, self.decoders, strict=True):
            x = blocks(up(x) + skips.pop())
        noise: Tensor = self.ending(x)
        return image + noise


def _blocks(channels: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(Block(channels) for _ in range(count)))
