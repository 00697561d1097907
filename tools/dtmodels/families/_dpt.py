"""DPT (dense prediction transformer) head of Depth Anything: four token maps in, one or two planes out.

Parameter names are those of the published checkpoints. Every resampling is bilinear with aligned corners.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from dtmodels.families._vit import PATCH

HIDDEN = 32
"""Channels before the last convolution of each output."""


class DptHead(nn.Module):
    """Fuse four maps from coarse to fine and predict planes of the image's size.

    Args:
        dim: channels of a token.
        features: channels of the fused maps.
        widths: channels of the four maps after their projection, fine to coarse.
        sky: True if there is a second output, for sky.
        spare: True if the file contains the residual unit of the coarsest map, which is never used.
    """

    def __init__(self, *, dim: int, features: int, widths: Sequence[int], sky: bool, spare: bool) -> None:
        super().__init__()
        finest, second, _, coarsest = widths
        self.sky = sky
        self.projects = nn.ModuleList(nn.Conv2d(dim, width, 1) for width in widths)
        self.resize_layers = nn.ModuleList(
            [
                nn.ConvTranspose2d(finest, finest, 4, stride=4),
                nn.ConvTranspose2d(second, second, 2, stride=2),
                nn.Identity(),
                nn.Conv2d(coarsest, coarsest, 3, stride=2, padding=1),
            ]
        )
        self.scratch = nn.ModuleDict(
            {f"layer{level}_rn": _conv(width, features, bias=False) for level, width in enumerate(widths, 1)}
            | {f"refinenet{level}": _Fusion(features, merges=level < 4 or spare) for level in range(1, 5)}
            | {"output_conv1": _conv(features, features // 2), "output_conv2": _plane(features // 2)}
            | ({"sky_output_conv2": _plane(features // 2)} if sky else {})
        )

    def forward(self, maps: Sequence[Tensor], rows: int, columns: int) -> list[Tensor]:
        """Return each output before its last activation, [1, 14 x rows, 14 x columns]; depth first.

        `maps` are four tensors [1, rows x columns, dim].
        """
        fused: Tensor | None = None
        pyramid = [self._level(number, tokens, rows, columns) for number, tokens in enumerate(maps)]
        for level in (4, 3, 2, 1):
            finer = pyramid[level - 2].shape[-2:] if level > 1 else [2 * side for side in pyramid[0].shape[-2:]]
            fused = self.scratch[f"refinenet{level}"](pyramid[level - 1], fused, finer)
        shared = _resize(self.scratch["output_conv1"](fused), (rows * PATCH, columns * PATCH))
        outputs = ["output_conv2", "sky_output_conv2"] if self.sky else ["output_conv2"]
        return [self.scratch[name](shared)[:, 0] for name in outputs]

    def _level(self, number: int, tokens: Tensor, rows: int, columns: int) -> Tensor:
        square = tokens.transpose(1, 2).reshape(1, -1, rows, columns)
        level: Tensor = self.resize_layers[number](self.projects[number](square))
        return self.scratch[f"layer{number + 1}_rn"](level)  # type: ignore[no-any-return]


class _Fusion(nn.Module):
    """Add a map to the output of the coarser level, refine the sum, and resize it to the finer level."""

    def __init__(self, features: int, *, merges: bool) -> None:
        super().__init__()
        if merges:
            self.resConfUnit1 = _Residual(features)
        self.resConfUnit2 = _Residual(features)
        self.out_conv = nn.Conv2d(features, features, 1)

    def forward(self, level: Tensor, coarser: Tensor | None, size: Sequence[int]) -> Tensor:
        refined = level if coarser is None else coarser + self.resConfUnit1(level)
        return self.out_conv(_resize(self.resConfUnit2(refined), size))  # type: ignore[no-any-return]


class _Residual(nn.Module):
    """Residual unit: two convolutions, each after a ReLU, added to the input."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = _conv(features, features)
        self.conv2 = _conv(features, features)

    def forward(self, level: Tensor) -> Tensor:
        return level + self.conv2(torch.relu(self.conv1(torch.relu(level))))  # type: ignore[no-any-return]


def _conv(channels: int, outputs: int, *, bias: bool = True) -> nn.Conv2d:
    return nn.Conv2d(channels, outputs, 3, padding=1, bias=bias)


def _plane(channels: int) -> nn.Sequential:
    return nn.Sequential(_conv(channels, HIDDEN), nn.ReLU(), nn.Conv2d(HIDDEN, 1, 1))


def _resize(level: Tensor, size: Sequence[int]) -> Tensor:
    return F.interpolate(level, tuple(size), mode="bilinear", align_corners=True)
