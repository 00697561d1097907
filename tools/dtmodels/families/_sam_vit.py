"""ViT-B as Segment Anything uses it: attention within windows and over the whole image, with relative positions."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtmodels.families._gelu import gelu
from dtmodels.families._sam_layers import (
    ChannelNorm,
    TwoLinear,
    attend_by_head,
    join_windows,
    scaled_dot_product_attention,
    split_heads,
    split_windows,
)
from dtmodels.families._sam_prompt import EMBEDDING_SIDE, WIDTH

CHANNELS = 768
DEPTH = 12
HEADS = 12
PATCH = 16
WINDOW = 14
EVERYWHERE = (2, 5, 8, 11)
"""Blocks whose attention spans the whole image."""
EPSILON = 1e-6


class Attention(nn.Module):
    """Attention over a square of image tokens, with learned relative position biases for rows and columns."""

    near: Tensor

    def __init__(self, side: int) -> None:
        super().__init__()
        self.qkv = nn.Linear(CHANNELS, 3 * CHANNELS)
        self.proj = nn.Linear(CHANNELS, CHANNELS)
        self.rel_pos_h = nn.Parameter(torch.zeros(2 * side - 1, CHANNELS // HEADS))
        self.rel_pos_w = nn.Parameter(torch.zeros(2 * side - 1, CHANNELS // HEADS))
        line = torch.arange(side)
        self.register_buffer("near", line[:, None] - line[None, :] + side - 1, persistent=False)
        self._side = side

    def forward(self, cut: Tensor) -> Tensor:
        """`[n, side, side, C]` to the same."""
        query, key, value = (split_heads(part.flatten(1, 2), HEADS) for part in self.qkv(cut).chunk(3, -1))
        rows, columns = self._relative_positions(query)
        if self._side < EMBEDDING_SIDE:
            mixed = scaled_dot_product_attention(query, key, value, _pairwise(rows, columns))
        else:
            single = list(zip(rows.chunk(HEADS, 1), columns.chunk(HEADS, 1), strict=True))
            mixed = attend_by_head(query, key, value, lambda head: _pairwise(*single[head]))
        result: Tensor = self.proj(mixed.reshape(cut.shape))
        return result

    def _relative_positions(self, query: Tensor) -> tuple[Tensor, Tensor]:
        """Relative position biases for rows and for columns, both `[n, heads, side, side, side]`."""
        side = self._side
        square = query.reshape(*query.shape[:2], side, side, query.shape[-1])
        rows = square @ self.rel_pos_h[self.near].transpose(1, 2)
        columns = square.transpose(2, 3) @ self.rel_pos_w[self.near].transpose(1, 2)
        return rows, columns.transpose(2, 3)


def _pairwise(rows: Tensor, columns: Tensor) -> Tensor:
    """Sum of both biases for each pair of tokens, `[n, heads, side * side, side * side]`."""
    count = rows.shape[-1] ** 2
    return (rows[..., :, None] + columns[..., None, :]).reshape(*rows.shape[:2], count, count)


class Block(nn.Module):
    """One transformer block; `window` is 0 for attention over the whole image."""

    def __init__(self, window: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(CHANNELS, eps=EPSILON)
        self.attn = Attention(window or EMBEDDING_SIDE)
        self.norm2 = nn.LayerNorm(CHANNELS, eps=EPSILON)
        self.mlp = TwoLinear([CHANNELS, 4 * CHANNELS, CHANNELS], gelu)
        self._window = window

    def forward(self, image: Tensor) -> Tensor:
        """`[1, 64, 64, 768]` to the same."""
        normed = self.norm1(image)
        attended = (
            join_windows(self.attn(split_windows(normed, self._window)), EMBEDDING_SIDE, EMBEDDING_SIDE)
            if self._window
            else self.attn(normed)
        )
        image = image + attended
        result: Tensor = image + self.mlp(self.norm2(image))
        return result


def neck(channels: int) -> nn.Sequential:
    """Neck, the last layers of each encoder of the first generation: `[1, channels, 64, 64]` to `[1, 256, 64, 64]`."""
    return nn.Sequential(
        nn.Conv2d(channels, WIDTH, 1, bias=False),
        ChannelNorm(WIDTH),
        nn.Conv2d(WIDTH, WIDTH, 3, padding=1, bias=False),
        ChannelNorm(WIDTH),
    )


class Vit(nn.Module):
    """Image to image embedding, and an early feature map for the HQ head."""

    early = CHANNELS

    def __init__(self) -> None:
        super().__init__()
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, CHANNELS, PATCH, stride=PATCH)})
        self.pos_embed = nn.Parameter(torch.zeros(1, EMBEDDING_SIDE, EMBEDDING_SIDE, CHANNELS))
        self.blocks = nn.ModuleList(Block(0 if number in EVERYWHERE else WINDOW) for number in range(DEPTH))
        self.neck = neck(CHANNELS)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """`[1, 3, 1024, 1024]` to `[1, 256, 64, 64]` and `[1, 768, 64, 64]`."""
        tokens = self.patch_embed["proj"](image).permute(0, 2, 3, 1) + self.pos_embed
        early = tokens
        for number, block in enumerate(self.blocks):
            tokens = block(tokens)
            if number == EVERYWHERE[0]:
                early = tokens
        return self.neck(tokens.permute(0, 3, 1, 2)), early.permute(0, 3, 1, 2)
