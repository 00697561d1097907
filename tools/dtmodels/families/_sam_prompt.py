"""Prompt encoder of Segment Anything, for points whose labels are floats as darktable passes them."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from dtmodels.families._gelu import Gelu
from dtmodels.families._sam_layers import ChannelNorm

WIDTH = 256
"""Channels of image embedding and tokens."""
IMAGE_SIDE = 1024
"""Width and height of the image in pixels, the range of point coordinates."""
EMBEDDING_SIDE = 64
"""Width and height of the image embedding."""
LABELS = (-1.0, 0.0, 1.0, 2.0, 3.0)
"""Labels of points: padding, off the object, on the object, and a box's top left and bottom right corners."""


class FourierPosition(nn.Module):
    """Random Fourier position encoding; the frequencies are part of the checkpoint."""

    positional_encoding_gaussian_matrix: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("positional_encoding_gaussian_matrix", torch.zeros(2, WIDTH // 2))

    def forward(self, position: Tensor) -> Tensor:
        """Positions `[..., 2]` as (x, y) within 0..1 to `[..., 256]`."""
        angle = 2 * math.pi * ((2 * position - 1) @ self.positional_encoding_gaussian_matrix)
        return torch.cat([angle.sin(), angle.cos()], -1)


class PromptEncoder(nn.Module):
    """Prompt encoder: clicks and a previous mask to tokens and embeddings for the mask decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.pe_layer = FourierPosition()
        self.point_embeddings = nn.ModuleList(nn.Embedding(1, WIDTH) for _ in LABELS[1:])
        self.not_a_point_embed = nn.Embedding(1, WIDTH)
        self.no_mask_embed = nn.Embedding(1, WIDTH)
        self.mask_downscaling = nn.Sequential(
            nn.Conv2d(1, 4, 2, stride=2),
            ChannelNorm(4),
            Gelu(),
            nn.Conv2d(4, 16, 2, stride=2),
            ChannelNorm(16),
            Gelu(),
            nn.Conv2d(16, WIDTH, 1),
        )

    def label_table(self) -> Tensor:
        """Embedding of each of `LABELS`, `[5, 256]`."""
        kinds = [self.not_a_point_embed, *self.point_embeddings]
        return torch.cat([kind.weight for kind in kinds])

    def points(self, coordinates: Tensor, labels: Tensor, table: Tensor) -> Tensor:
        """Tokens `[1, N, 256]` of points.

        A padding point (label -1) has no position. The authors' code appends one if there is no box. darktable passes
        it with the other points, so this method appends none.

        Args:
            coordinates: `[1, N, 2]` as (x, y) in pixels of 0..1024; this method adds half a pixel, for pixel centres.
            labels: `[1, N]`, each one of `LABELS`.
            table: see `label_table`.
        """
        known_labels = torch.tensor(LABELS)
        kind = (labels[..., None] == known_labels).to(coordinates.dtype)
        position: Tensor = self.pe_layer((coordinates + 0.5) / IMAGE_SIDE)
        return position * (1 - kind[..., :1]) + kind @ table

    def mask(self, previous: Tensor, present: Tensor) -> Tensor:
        """Dense embedding of the previous mask, logits `[1, 1, 256, 256]`, or of its absence; added to the image.

        Args:
            previous: the mask.
            present: `[1]`, 1 if there is a previous mask, otherwise 0.
        """
        last = self.mask_downscaling[-1]
        weight, bias = last.get_parameter("weight"), last.get_parameter("bias")
        offset = (
            present * bias + (1 - present) * self.no_mask_embed.weight[0]
        )  # mixed before it is broadcast to the embedding
        return F.conv2d(present * self.mask_downscaling[:-1](previous), weight, offset)

    def grid(self) -> Tensor:
        """Position encodings of the image embedding, `[1, 4096, 256]`."""
        centres = (torch.arange(EMBEDDING_SIDE) + 0.5) / EMBEDDING_SIDE
        rows, columns = torch.meshgrid(centres, centres, indexing="ij")
        grid: Tensor = self.pe_layer(torch.stack([columns, rows], -1).reshape(1, EMBEDDING_SIDE * EMBEDDING_SIDE, 2))
        return grid

    def grid_factors(self) -> tuple[Tensor, Tensor]:
        """Factors of `grid`: of columns `[2, 1, 64, 256]` and of rows `[2, 64, 1, 256]`; it is the sum of two products.

        `grid` contains sines and cosines of a sum of two angles. Stored in full, it would be a fifth of a decoder's
        file.
        """
        centres = (torch.arange(EMBEDDING_SIDE) + 0.5) / EMBEDDING_SIDE
        middle = torch.full_like(centres, 0.5)  # a coordinate of 0.5 adds nothing to the angle
        sine, cosine = self.pe_layer(torch.stack([centres, middle], -1)).chunk(2, -1)
        columns = torch.stack([torch.cat([sine, cosine], -1), torch.cat([cosine, -sine], -1)])
        sine, cosine = self.pe_layer(torch.stack([middle, centres], -1)).chunk(2, -1)
        rows = torch.stack([torch.cat([cosine, cosine], -1), torch.cat([sine, sine], -1)])
        return columns[:, None], rows[:, :, None]
