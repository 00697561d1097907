"""The network RealPLKSR, with the parameter names of the published checkpoints.

RealPLKSR is neosr's form of PLKSR (Lee et al. 2024, https://arxiv.org/abs/2404.11848): residual blocks of large kernels
on some of the channels, between 3 x 3 convolutions, normalised over the whole image.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from dtmodels.families._nafnet import ChannelNorm

RGB = 3
EPSILON = 1e-5
"""Of the group normalisation."""
SAMPLING_RANGE = 0.5
"""Largest learned offset of DySample, in pixels of the small image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Sizes and variant of a network; the defaults are neosr's."""

    scale: int
    """Size of the output, as a multiple of the input's."""
    features: int = 64
    """Channels of the blocks."""
    blocks: int = 28
    kernel: int = 17
    """Side of the large kernel, in pixels; odd."""
    partial: int = 16
    """Channels that the large kernel sees: the first ones."""
    attention: bool = True
    """True if each block multiplies its channels by a sigmoid of themselves."""
    layer_norm: bool = False
    """True for the variant with a layer normalisation before each block instead of a group normalisation after it."""
    dysample: bool = False
    """True if the output is sampled at learned positions (DySample), False for a pixel shuffle."""
    groups: int = 4
    """Groups of the group normalisation; no tensor shows it."""

    @property
    def sampling_groups(self) -> int:
        """Number of groups of channels that DySample samples at their own positions."""
        return RGB if self.scale % 2 else 4


class PartialConvolution(nn.Module):
    """Convolution with a large kernel of the first channels; the others pass."""

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, kernel, padding=kernel // 2)

    def forward(self, x: Tensor) -> Tensor:
        """`[1, C, H, W]` to the same shape."""
        seen = self.conv.in_channels
        return torch.cat([self.conv(x[:, :seen]), x[:, seen:]], dim=1)


class Attention(nn.Module):
    """The product of the channels and a sigmoid of their convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.f = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        """`[1, C, H, W]` to the same shape."""
        gated: Tensor = x * self.f(x)
        return gated


class Block(nn.Module):
    """Channel mixer, large kernel, attention, 1 x 1 convolution and normalisation, added to the input."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        channels = sizes.features
        if sizes.layer_norm:
            self.layer_norm = ChannelNorm(channels)
        self.channel_mixer = nn.Sequential(
            nn.Conv2d(channels, 2 * channels, 3, padding=1), nn.Mish(), nn.Conv2d(2 * channels, channels, 3, padding=1)
        )
        self.lk = PartialConvolution(sizes.partial, sizes.kernel)
        self.attn = Attention(channels) if sizes.attention else nn.Identity()
        self.refine = nn.Conv2d(channels, channels, 1)
        self.norm = nn.Identity() if sizes.layer_norm else nn.GroupNorm(sizes.groups, channels, EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        """`[1, C, H, W]` to the same shape."""
        normed = self.layer_norm(x) if hasattr(self, "layer_norm") else x
        added: Tensor = self.norm(self.refine(self.attn(self.lk(self.channel_mixer(normed)))))
        return x + added


class DySample(nn.Module):
    """Upsampling at learned positions (Liu et al. 2023, https://arxiv.org/abs/2308.15085), and a mix of the channels.

    Each group of channels has its own positions, bilinear, with the border repeated.
    """

    init_pos: Tensor

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.scale, self.groups = sizes.scale, sizes.sampling_groups
        channels, positions = RGB * self.scale**2, 2 * self.groups * self.scale**2
        self.end_conv = nn.Conv2d(channels, RGB, 1)
        self.offset = nn.Conv2d(channels, positions, 1)
        self.scope = nn.Conv2d(channels, positions, 1, bias=False)
        self.register_buffer("init_pos", self._centres().reshape(1, positions, 1, 1))

    def _centres(self) -> Tensor:
        """Offsets of the centres of the output's pixels from their input pixel, `[2, groups, scale, scale]`: x, y."""
        line = (torch.arange(self.scale) - (self.scale - 1) / 2) / self.scale
        across, down = line.expand(self.scale, -1), line[:, None].expand(-1, self.scale)
        return torch.stack([across, down])[:, None].repeat(1, self.groups, 1, 1)

    def positions(self, x: Tensor) -> Tensor:
        """Positions in -1..1 as `grid_sample` takes them, `[groups, s * H, s * W, 2]`, of `[1, C, H, W]`."""
        height, width = x.shape[2:]
        offset = self.offset(x) * self.scope(x).sigmoid() * SAMPLING_RANGE + self.init_pos
        columns = torch.arange(width, dtype=torch.float32).reshape(1, 1, 1, -1) + 0.5
        rows = torch.arange(height, dtype=torch.float32).reshape(1, 1, -1, 1) + 0.5
        across, down = offset.chunk(2, dim=1)
        moved = torch.cat([2 * (across + columns) / width - 1, 2 * (down + rows) / height - 1], dim=1)
        large = functional.pixel_shuffle(moved, self.scale)
        return large.reshape(2, self.groups, *large.shape[2:]).permute(1, 2, 3, 0)

    def sample(self, x: Tensor, positions: Tensor) -> Tensor:
        """`[groups, C, H, W]` at `positions` of each group, `[groups, C, s * H, s * W]`."""
        return functional.grid_sample(x, positions, mode="bilinear", padding_mode="border", align_corners=False)

    def forward(self, x: Tensor) -> Tensor:
        """`[1, 3 * s * s, H, W]` to `[1, 3, s * H, s * W]`."""
        sampled = self.sample(x.reshape(self.groups, -1, *x.shape[2:]), self.positions(x))
        mixed: Tensor = self.end_conv(sampled.reshape(1, -1, *sampled.shape[2:]))
        return mixed


class RealPLKSR(nn.Module):
    """The network, with the parameter names of neosr's checkpoints."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.feats = nn.Sequential(
            nn.Conv2d(RGB, sizes.features, 3, padding=1),
            *(Block(sizes) for _ in range(sizes.blocks)),
            nn.Identity(),  # the dropout of training, which has a number
            nn.Conv2d(sizes.features, RGB * sizes.scale**2, 3, padding=1),
        )
        self.to_img: nn.Module = DySample(sizes) if sizes.dysample else nn.PixelShuffle(sizes.scale)

    def forward(self, image: Tensor) -> Tensor:
        """`[1, 3, H, W]` in 0..1 to `[1, 3, scale * H, scale * W]`."""
        upscaled: Tensor = self.to_img(self.feats(image) + image.repeat_interleave(self.sizes.scale**2, dim=1))
        return upscaled
