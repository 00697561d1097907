"""Hiera, the image backbone of Segment Anything 2, for images of 1024 x 1024 pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from dtmodels.families._gelu import gelu
from dtmodels.families._resample import bicubic
from dtmodels.families._sam_layers import (
    Mlp,
    attend_by_head,
    join_windows,
    scaled_dot_product_attention,
    split_heads,
    split_windows,
)

EPSILON = 1e-6
GRID = 256
"""Width and height after the patch embedding, which has a stride of 4."""
WINDOW = 8
"""Width and height of the repeated part of the position table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Hyperparameters of one size of Hiera."""

    stages: tuple[int, int, int, int]
    """Blocks of each stage."""
    everywhere: tuple[int, ...]
    """Blocks whose attention spans the whole image."""
    width: int = 96
    """Channels of the first stage; each stage doubles them, and the number of heads."""
    heads: int = 1
    """Heads of the first stage."""
    windows: tuple[int, int, int, int] = (8, 4, 14, 7)
    """Width and height of the attention windows of each stage."""
    table: int = 7
    """Width and height of the position table, which is resampled to the size of the image."""

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of each stage."""
        return tuple(self.width << stage for stage in range(len(self.stages)))

    @property
    def ends(self) -> tuple[int, ...]:
        """Last block of each stage."""
        return tuple(total - 1 for total in accumulate(self.stages))


class Attention(nn.Module):
    """Attention within windows; the first block of a stage pools its queries 2 x 2."""

    def __init__(self, width: int, outer: int, count: int, *, pool_queries: bool, everywhere: bool) -> None:
        super().__init__()
        self.qkv = nn.Linear(width, 3 * outer)
        self.proj = nn.Linear(outer, outer)
        self._heads, self._pool_queries = count, pool_queries
        self._attend = attend_by_head if everywhere else scaled_dot_product_attention

    def forward(self, cut: Tensor) -> Tensor:
        """`[n, H, W, C]` to `[n, h, w, outer]`, where h and w are half as large if queries are pooled."""
        count, height, width, _ = cut.shape
        query, key, value = self.qkv(cut).chunk(3, -1)
        if self._pool_queries:
            query = max_pool_2x2(query)
            height, width = height // 2, width // 2
        query, key, value = (split_heads(projection.flatten(1, 2), self._heads) for projection in (query, key, value))
        mixed = self._attend(query, key, value)
        result: Tensor = self.proj(mixed.reshape(count, height, width, -1))
        return result


class Block(nn.Module):
    """One transformer block; `window` is 0 for attention over the whole image."""

    def __init__(self, width: int, outer: int, count: int, window: int, *, pool_queries: bool) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=EPSILON)
        self.attn = Attention(width, outer, count, pool_queries=pool_queries, everywhere=window == 0)
        self.norm2 = nn.LayerNorm(outer, eps=EPSILON)
        self.mlp = Mlp([outer, 4 * outer, outer], gelu)
        if width != outer:
            self.proj = nn.Linear(width, outer)
        self._window, self._pool_queries, self._widened = window, pool_queries, width != outer

    def forward(self, image: Tensor) -> Tensor:
        """`[1, H, W, C]` to the same, or to half the size and twice the channels."""
        normed = self.norm1(image)
        if self._widened:
            image = self.proj(normed)
        if self._pool_queries:
            image = max_pool_2x2(image)
        if self._window:
            attended = join_windows(self.attn(split_windows(normed, self._window)), image.shape[1], image.shape[2])
        else:
            attended = self.attn(normed)
        image = image + attended
        result: Tensor = image + self.mlp(self.norm2(image))
        return result


class Hiera(nn.Module):
    """Image to four feature maps of decreasing size."""

    stretch: Tensor

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, size.width, 7, stride=4, padding=3)})
        self.pos_embed = nn.Parameter(torch.zeros(1, size.width, size.table, size.table))
        self.pos_embed_window = nn.Parameter(torch.zeros(1, size.width, WINDOW, WINDOW))
        self.blocks = nn.ModuleList(_blocks(size))
        self.register_buffer("stretch", bicubic(size.table, GRID), persistent=False)
        self._ends = size.ends

    def position(self) -> Tensor:
        """The position table at full size, `[1, 256, 256, C]`."""
        resampled = self.stretch @ self.pos_embed @ self.stretch.T
        times = GRID // WINDOW
        positions = resampled.reshape(-1, times, WINDOW, times, WINDOW) + self.pos_embed_window.reshape(
            -1, 1, WINDOW, 1, WINDOW
        )
        return positions.reshape(1, -1, GRID, GRID).permute(0, 2, 3, 1)

    def forward(self, image: Tensor) -> list[Tensor]:
        """`[1, 3, 1024, 1024]` to maps `[1, C, side, side]` with sides 256, 128, 64 and 32."""
        tokens = self.patch_embed["proj"](image).permute(0, 2, 3, 1) + self.position()
        maps = []
        for number, block in enumerate(self.blocks):
            tokens = block(tokens)
            if number in self._ends:
                maps.append(tokens.permute(0, 3, 1, 2))
        return maps


def max_pool_2x2(image: Tensor) -> Tensor:
    """Maximum of each 2 x 2 block of `[n, H, W, C]`."""
    return F.max_pool2d(image.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)


def _blocks(size: Size) -> Iterator[Block]:
    """All blocks; the first block of a stage uses the window of the previous stage."""
    number = 0
    for stage, count in enumerate(size.stages):
        for position in range(count):
            first = stage > 0 and position == 0
            before = stage - 1 if first else stage
            window = 0 if number in size.everywhere else size.windows[before]
            yield Block(size.widths[before], size.widths[stage], size.heads << stage, window, pool_queries=first)
            number += 1
