"""Gaussian pyramid of darktable's local Laplacian filter, including its border handling.

The filter extends an image by a border whose width depends on the image size, and handles the ends of each level in a
special way. A graph for any size cannot compute such level sizes as tensor shapes. Levels are therefore larger than in
darktable, and only their first rows and columns are valid, as described by `Extent`. Sources:
`src/common/locallaplacian.c` of darktable; P. J. Burt and E. H. Adelson, The Laplacian pyramid as a compact image code,
1983.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

LEVELS = 12
"""Number of levels; enough for images whose shorter side is below 16384 pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Size of a level and of its valid part."""

    rows: Tensor
    """Number of valid rows, an integer in a tensor [1]."""
    columns: Tensor
    """Number of valid columns, likewise."""
    height: int
    """Height of the image with its border at full size; at least the number of valid rows."""
    width: int
    level: int = 0

    def half(self) -> Extent:
        """Return the extent of the next coarser level."""
        return replace(self, rows=(self.rows + 1) // 2, columns=(self.columns + 1) // 2, level=self.level + 1)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the tensor, in a form that keeps the exporter's symbolic shapes short."""
        return self.height // 2**self.level + 1, self.width // 2**self.level + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """Border of replicated rows and columns, as wide as a pixel of the coarsest level."""

    last: Tensor
    """Index of the coarsest level, [1]; level 0 has the image's own size."""
    width: Tensor
    """Width in pixels, [1]."""

    @classmethod
    def of(cls, image: Tensor) -> Border:
        """Build the border of [B, C, H, W]; the coarsest level has two to four image pixels along the shorter side."""
        shorter = torch.minimum(_size(image, -2), _size(image, -1))
        powers = 2 ** torch.arange(2, LEVELS + 2, device=image.device)
        last = (shorter >= powers).sum(dim=0, keepdim=True)
        return cls(last=last, width=2**last)

    def pad(self, image: Tensor) -> tuple[Tensor, Extent]:
        """Add the border; returns a tensor that may be larger, and the extent of its valid part."""
        height, width = image.shape[-2:]
        margin = 2 * (torch.sym_min(height, width) // 2)  # type: ignore[no-untyped-call]
        rows, columns = (_size(image, axis) + 2 * self.width for axis in (-2, -1))
        extent = Extent(rows=rows, columns=columns, height=height + margin, width=width + margin)
        for axis, size, length in zip((-2, -1), extent.shape, (height, width), strict=True):
            index = torch.arange(size, device=image.device) - self.width
            image = image.index_select(axis, index.clamp(0, length - 1))
        return image, extent

    def crop(self, image: Tensor, like: Tensor) -> Tensor:
        """Remove the border: the inverse of `pad`; the result has the size of `like`."""
        for axis in (-2, -1):
            image = image.index_select(axis, torch.arange(like.shape[axis], device=image.device) + self.width)
        return image


def downsample(image: Tensor, extent: Extent) -> Tensor:
    """Compute the next coarser level of [B, C, H, W] with valid part `extent`; border pixels copy their neighbours."""
    half = extent.half()
    result = functional.conv2d(_to_planes(image), _kernel(image) / 256, stride=2, padding=2)
    return _replicate_ends(_from_planes(result, image), (half.rows - 2, half.columns - 2), half.shape)


def upsample(coarse: Tensor, extent: Extent) -> Tensor:
    """Interpolate a level to the next finer size, whose valid part is `extent`."""
    result = functional.conv_transpose2d(
        _to_planes(coarse), _kernel(coarse) / 64, stride=2, padding=2, output_padding=1
    )
    last_row, last_column = ((count - 1) // 2 * 2 - 1 for count in (extent.rows, extent.columns))
    return _replicate_ends(_from_planes(result, coarse), (last_row, last_column), extent.shape)


def _replicate_ends(image: Tensor, last: tuple[Tensor, Tensor], shape: tuple[int, int]) -> Tensor:
    """Resize to `shape`: the first row and column copy the second; all rows and columns after `last` copy it."""
    for axis, end, size in zip((-2, -1), last, shape, strict=True):
        index = torch.arange(size, device=image.device).clamp(min=1)
        image = image.index_select(axis, torch.minimum(index, end).clamp(min=0))
    return image


def _size(image: Tensor, axis: int) -> Tensor:
    """Return the size of an axis as a tensor [1] that the graph computes."""
    return torch.arange(image.shape[axis], device=image.device)[-1:] + 1


def _kernel(image: Tensor) -> Tensor:
    line = torch.tensor([1, 4, 6, 4, 1], dtype=image.dtype, device=image.device)
    return (line[:, None] * line)[None, None]


def _to_planes(image: Tensor) -> Tensor:
    return image.reshape(-1, 1, *image.shape[-2:])


def _from_planes(planes: Tensor, like: Tensor) -> Tensor:
    return planes.reshape(*like.shape[:2], *planes.shape[-2:])
