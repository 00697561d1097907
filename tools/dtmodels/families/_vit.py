"""DINOv2 vision transformer with 14-pixel patches, for Depth Anything: an image in, four token maps out.

Parameter names (`blocks`, `patch_embed` and so on) are those of DINOv2's checkpoints.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from dtmodels.families._gelu import gelu

PATCH = 14
"""Side of one patch in pixels."""
GRID = 37
"""Side of the trained position table in patches: 518 pixels."""
OFFSET = 0.1
"""The authors' resampling scale of a side is (patches + OFFSET) / `GRID`."""


class VisionTransformer(nn.Module):
    """Vision transformer that returns the token maps of selected blocks.

    Args:
        dim: channels of a token.
        depth: number of blocks.
        heads: attention heads.
        taps: blocks (from 0) whose output is returned.
        last_epsilon: epsilon of the LayerNorm of each tap; the LayerNorms of the blocks use 1e-6.
        mask_token: True if the file contains the token of masked training, which inference does not use.
    """

    def __init__(
        self, *, dim: int, depth: int, heads: int, taps: Sequence[int], last_epsilon: float, mask_token: bool
    ) -> None:
        super().__init__()
        self.taps = tuple(taps)
        self.grid = (GRID, GRID)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + GRID * GRID, dim))
        if mask_token:
            self.mask_token = nn.Parameter(torch.zeros(1, dim))
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, dim, PATCH, stride=PATCH)})
        self.blocks = nn.ModuleList(_Block(dim, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(dim, eps=last_epsilon)

    def forward(self, image: Tensor) -> list[Tensor]:
        """Return one map [1, tokens, dim] for each tap, normalised and without the class token.

        `image` is [1, 3, height, width], ImageNet-normalised RGB, sides multiples of 14.
        """
        patches = self.patch_embed["proj"](image)
        positions = self._positions(patches.shape[-2], patches.shape[-1])
        tokens = torch.cat([self.cls_token, patches.flatten(2).transpose(1, 2)], dim=1) + positions
        maps = []
        for number, block in enumerate(self.blocks):
            tokens = block(tokens)
            if number in self.taps:
                maps.append(self.norm(tokens)[:, 1:])
        return maps

    def _positions(self, rows: int, columns: int) -> Tensor:
        """Position table for rows x columns patches, class token first.

        Bicubic resampling with the authors' scale `(side + 0.1) / 37`; resampling to the target *size* differs.
        """
        if (rows, columns) == self.grid:
            return self.pos_embed
        class_token, table = self.pos_embed[:, :1], self.pos_embed[:, 1:]
        square = table.reshape(1, *self.grid, -1).permute(0, 3, 1, 2)
        scale = ((rows + OFFSET) / self.grid[0], (columns + OFFSET) / self.grid[1])
        resampled = F.interpolate(square, scale_factor=scale, mode="bicubic")
        return torch.cat([class_token, resampled.flatten(2).transpose(1, 2)], dim=1)

    @torch.no_grad()
    def fix_size(self, rows: int, columns: int) -> None:
        """Resample the position table to a fixed size; afterwards no checkpoint fits the network."""
        self.pos_embed = nn.Parameter(self._positions(rows, columns))
        self.grid = (rows, columns)


class _Block(nn.Module):
    """Attention and a two-layer perceptron, each normalised before, scaled per channel and added."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.attn = _Attention(dim, heads)
        self.ls1 = _Scale(dim)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, 4 * dim), "fc2": nn.Linear(4 * dim, dim)})
        self.ls2 = _Scale(dim)

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens)))
        inner = gelu(self.mlp["fc1"](self.norm2(tokens)))
        outer: Tensor = self.ls2(self.mlp["fc2"](inner))
        return tokens + outer


class _Attention(nn.Module):
    """Self-attention with one joint projection of query, key and value."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, tokens: Tensor) -> Tensor:
        batch, count, dim = tokens.shape
        split = self.qkv(tokens).reshape(batch, count, 3, self.heads, dim // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value)
        joined: Tensor = self.proj(mixed.transpose(1, 2).reshape(batch, count, dim))
        return joined


class _Scale(nn.Module):
    """One factor per channel."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(dim))

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens * self.gamma
