"""The network SegNext (Liu et al. 2024, https://arxiv.org/abs/2404.00741), with the parameter names of its checkpoints.

A plain ViT-B sees the image once. Clicks and the previous mask are an image of three channels, whose patches are added
to those of the image at each click; two blocks of attention mix them, and a small head makes a mask.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from dtmodels.families._gelu import Gelu, gelu
from dtmodels.families._sam_layers import attend_by_head, scaled_dot_product_attention, split_heads

SIDE = 1024
"""Width and height of image, clicks and mask, in pixels."""
PATCH = 16
GRID = SIDE // PATCH
"""Rows and columns of tokens."""
CHANNELS = 768
DEPTH, FUSION_DEPTH = 12, 2
HEADS = 12
EVERYWHERE = (2, 5, 8, 11)
"""Blocks whose attention spans the whole image."""
WINDOWS = 4
"""Rows and columns of windows of the other blocks, of 16 x 16 tokens each."""
EPSILON, FUSION_EPSILON = 1e-6, 1e-5
"""Of the layer normalisations of the backbone, and of the fusion blocks."""
MEAN, STANDARD_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
WIDTH = 256
"""Channels of the head."""


class Attention(nn.Module):
    """Self-attention with one projection for query, key and value."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(CHANNELS, 3 * CHANNELS)
        self.proj = nn.Linear(CHANNELS, CHANNELS)

    def forward(self, tokens: Tensor) -> Tensor:
        """`[B, N, C]` to the same; each of the batch sees itself alone."""
        query, key, value = (split_heads(part, HEADS) for part in self.qkv(tokens).chunk(3, -1))
        attend = attend_by_head if tokens.shape[1] == GRID**2 else scaled_dot_product_attention
        result: Tensor = self.proj(attend(query, key, value))
        return result


class Block(nn.Module):
    """Block of a vision transformer."""

    def __init__(self, epsilon: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(CHANNELS, eps=epsilon)
        self.attn = Attention()
        self.norm2 = nn.LayerNorm(CHANNELS, eps=epsilon)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(CHANNELS, 4 * CHANNELS), "fc2": nn.Linear(4 * CHANNELS, CHANNELS)})

    def forward(self, tokens: Tensor) -> Tensor:
        """`[B, N, C]` to the same."""
        tokens = tokens + self.attn(self.norm1(tokens))
        result: Tensor = tokens + self.mlp["fc2"](gelu(self.mlp["fc1"](self.norm2(tokens))))
        return result


class Backbone(nn.Module):
    """Image to one token for each patch of 16 x 16 pixels."""

    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + GRID**2, CHANNELS))
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, CHANNELS, PATCH, stride=PATCH)})
        self.blocks = nn.ModuleList(Block(EPSILON) for _ in range(DEPTH))
        self.register_buffer("mean", torch.tensor(MEAN).reshape(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(STANDARD_DEVIATION).reshape(1, 3, 1, 1), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """`[1, 3, 1024, 1024]` in 0..1 to `[1, 768, 64, 64]`.

        Tokens are ordered by window from the start, which attention to the whole image does not notice.
        """
        patches = self.patch_embed["proj"]((image - self.mean) / self.deviation)
        positions = self.pos_embed[:, 1:].reshape(1, GRID, GRID, CHANNELS)
        side = GRID // WINDOWS
        tokens = patches.permute(0, 2, 3, 1) + positions
        tokens = tokens.reshape(WINDOWS, side, WINDOWS, side, CHANNELS).transpose(1, 2).flatten(0, 3)
        for number, block in enumerate(self.blocks):
            windows = 1 if number in EVERYWHERE else WINDOWS**2
            tokens = block(tokens.reshape(windows, -1, CHANNELS))
        square = tokens.reshape(WINDOWS, WINDOWS, side, side, CHANNELS).transpose(1, 2)
        result: Tensor = square.reshape(1, GRID, GRID, CHANNELS).permute(0, 3, 1, 2)
        return result


def norm(channels: int) -> nn.GroupNorm:
    """Normalisation over all channels and pixels."""
    return nn.GroupNorm(1, channels)


def upscale(before: int, after: int) -> nn.ConvTranspose2d:
    """Layer that doubles the size."""
    return nn.ConvTranspose2d(before, after, 2, stride=2)


class Neck(nn.Module):
    """Maps of 1/4, 1/8, 1/16 and 1/32 of the image's size, from one of 1/16."""

    def __init__(self) -> None:
        super().__init__()
        half, quarter = CHANNELS // 2, CHANNELS // 4
        self.down_4 = nn.Sequential(
            *(upscale(CHANNELS, half), norm(half), Gelu(), upscale(half, quarter), norm(quarter)),
            *(nn.Conv2d(quarter, 128, 1), norm(128), Gelu()),
        )
        self.down_8 = nn.Sequential(upscale(CHANNELS, half), norm(half), nn.Conv2d(half, 256, 1), norm(256), Gelu())
        self.down_16 = nn.Sequential(nn.Conv2d(CHANNELS, 512, 1), norm(512), Gelu())
        self.down_32 = nn.Sequential(
            *(nn.Conv2d(CHANNELS, 2 * CHANNELS, 2, stride=2), norm(2 * CHANNELS)),
            *(nn.Conv2d(2 * CHANNELS, 1024, 1), norm(1024), Gelu()),
        )

    def forward(self, square: Tensor) -> list[Tensor]:
        """`[1, 768, 64, 64]` to four maps, largest first."""
        return [level(square) for level in (self.down_4, self.down_8, self.down_16, self.down_32)]


class Head(nn.Module):
    """The four maps to the logits of a mask, at a quarter of the image's size."""

    def __init__(self) -> None:
        super().__init__()
        channels = (128, 256, 512, 1024)
        self.convs = nn.ModuleList(nn.ModuleDict({"conv": nn.Conv2d(count, WIDTH, 1)}) for count in channels)
        self.fusion_conv = nn.ModuleDict({"conv": nn.Conv2d(len(channels) * WIDTH, WIDTH, 1)})
        self.seg_conv = nn.Conv2d(WIDTH, 1, 1)

    def layers(self) -> list[nn.Module]:
        """Convolutions of the four maps."""
        return [conv.get_submodule("conv") for conv in self.convs]

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """Maps of the neck to `[1, 1, 256, 256]`."""
        size = maps[0].shape[2:]
        even = [F.relu(conv(one)) for conv, one in zip(self.layers(), maps, strict=True)]
        even = [F.interpolate(one, size=size, mode="bilinear", align_corners=False) for one in even]
        result: Tensor = self.seg_conv(F.relu(self.fusion_conv["conv"](torch.cat(even, 1))))
        return result


class SegNext(nn.Module):
    """The network, with the parameter names of its checkpoints."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.visual_prompts_encoder = nn.ModuleDict({"proj": nn.Conv2d(3, CHANNELS, PATCH, stride=PATCH)})
        self.fusion_blocks = nn.ModuleList(Block(FUSION_EPSILON) for _ in range(FUSION_DEPTH))
        self.neck, self.head = Neck(), Head()

    def logits(self, image_feats: Tensor, prompts: Tensor) -> Tensor:
        """Logits of a mask, `[1, 1, 1024, 1024]`.

        Args:
            image_feats: output of the backbone, `[1, 768, 64, 64]`.
            prompts: previous mask, disks of positive clicks and disks of negative ones, `[1, 3, 1024, 1024]` in 0..1.
        """
        square = image_feats + self.visual_prompts_encoder["proj"](prompts)
        tokens = square.flatten(2).transpose(1, 2)
        for block in self.fusion_blocks:
            tokens = block(tokens)
        small = self.head(self.neck(tokens.transpose(1, 2).reshape(square.shape)))
        return F.interpolate(small, size=(SIDE, SIDE), mode="bilinear", align_corners=True)
