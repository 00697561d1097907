"""Pictures at half the size, again and again, as darktable's local Laplacian filter makes them, borders included.

The filter continues an image outwards by a border that depends on its size, and treats the ends of every level in a
way of its own. A graph for any size cannot have as many rows as come out of that; so levels are larger than those of
darktable, and only their first rows and columns count: as many as `Extent` says. The source:
`src/common/locallaplacian.c` of darktable; P. J. Burt and E. H. Adelson, The Laplacian pyramid as a compact image code,
1983.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

LEVELS = 12
"""Enough for images whose shorter side is below 16384 pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How large a level is, and how much of it counts."""

    rows: Tensor
    """That count, as an integer in a tensor [1]."""
    columns: Tensor
    height: int
    """Of the image with its border, at full size; there is room for at least as many rows as count."""
    width: int
    level: int = 0

    def half(self) -> Extent:
        """That of the next level."""
        return replace(self, rows=(self.rows + 1) // 2, columns=(self.columns + 1) // 2, level=self.level + 1)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns there are. Written so that what an exporter has to know of them stays short."""
        return self.height // 2**self.level + 1, self.width // 2**self.level + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """How an image is continued: by its last rows and columns, as far as a pixel of the coarsest level is wide."""

    last: Tensor
    """Number of the coarsest level, the image's own size being 0; [1]."""
    width: Tensor
    """In pixels; [1]."""

    @classmethod
    def of(cls, image: Tensor) -> Border:
        """That of [B, C, H, W]: the coarsest level has two to four pixels of the image along its shorter side."""
        shorter = torch.minimum(_count(image, -2), _count(image, -1))
        powers = 2 ** torch.arange(2, LEVELS + 2, device=image.device)
        last = (shorter >= powers).sum(dim=0, keepdim=True)
        return cls(last=last, width=2**last)

    def put_round(self, image: Tensor) -> tuple[Tensor, Extent]:
        """The image with its border, and how much of what is returned that is."""
        height, width = image.shape[-2:]
        room = 2 * (torch.sym_min(height, width) // 2)  # type: ignore[no-untyped-call]
        rows, columns = (_count(image, axis) + 2 * self.width for axis in (-2, -1))
        extent = Extent(rows=rows, columns=columns, height=height + room, width=width + room)
        for axis, size, there in zip((-2, -1), extent.shape, (height, width), strict=True):
            places = torch.arange(size, device=image.device) - self.width
            image = image.index_select(axis, places.clamp(0, there - 1))
        return image, extent

    def take_off(self, image: Tensor, like: Tensor) -> Tensor:
        """The inverse, for what was made of it: as large as `like`."""
        for axis in (-2, -1):
            image = image.index_select(axis, torch.arange(like.shape[axis], device=image.device) + self.width)
        return image


def downsample(image: Tensor, extent: Extent) -> Tensor:
    """The next level of [B, C, H, W], of which `extent` counts; the outermost pixels are those next to them."""
    half = extent.half()
    made = functional.conv2d(_alone(image), _kernel(image) / 256, stride=2, padding=2)
    return _ended(_together(made, image), (half.rows - 2, half.columns - 2), half.shape)


def upsample(coarse: Tensor, extent: Extent) -> Tensor:
    """The inverse but for what was lost: an image at the finer level, of which `extent` counts."""
    made = functional.conv_transpose2d(_alone(coarse), _kernel(coarse) / 64, stride=2, padding=2, output_padding=1)
    last_row, last_column = ((count - 1) // 2 * 2 - 1 for count in (extent.rows, extent.columns))
    return _ended(_together(made, coarse), (last_row, last_column), extent.shape)


def _ended(image: Tensor, last: tuple[Tensor, Tensor], shape: tuple[int, int]) -> Tensor:
    """In another shape: the second row and column stand for the first ones, `last` for all that follow."""
    for axis, end, size in zip((-2, -1), last, shape, strict=True):
        places = torch.arange(size, device=image.device).clamp(min=1)
        image = image.index_select(axis, torch.minimum(places, end).clamp(min=0))
    return image


def _count(image: Tensor, axis: int) -> Tensor:
    """[1]: the size of the axis, as a number that a graph computes."""
    return torch.arange(image.shape[axis], device=image.device)[-1:] + 1


def _kernel(image: Tensor) -> Tensor:
    line = torch.tensor([1, 4, 6, 4, 1], dtype=image.dtype, device=image.device)
    return (line[:, None] * line)[None, None]


def _alone(image: Tensor) -> Tensor:
    return image.reshape(-1, 1, *image.shape[-2:])


def _together(planes: Tensor, like: Tensor) -> Tensor:
    return planes.reshape(*like.shape[:2], *planes.shape[-2:])
