"""TinyViT-5M as MobileSAM and HQ-SAM light use it: convolutions first, then attention within windows."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from dtmodels.families._gelu import Gelu, gelu
from dtmodels.families._sam_layers import join_windows, scaled_dot_product_attention, split_windows
from dtmodels.families._sam_vit import neck

WIDTHS = (64, 128, 160, 320)
DEPTHS = (2, 2, 6, 2)
HEADS = (2, 4, 5, 10)
WINDOWS = (7, 7, 14, 7)
STRIDES = (2, 2, 1)
"""Strides of the transitions between stages; the last one keeps the size, so the output is 64 x 64."""
EXPANSION = 4
EARLY = 1
"""Index of the stage whose output the HQ head uses."""


class ConvNorm(nn.Module):
    """Convolution and batch normalisation; a single convolution after `fuse`."""

    def __init__(self, before: int, after: int, side: int = 1, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.c = nn.Conv2d(before, after, side, stride, side // 2, groups=groups, bias=False)
        self.bn: nn.Module = nn.BatchNorm2d(after)

    def fuse(self) -> None:
        """Fold the normalisation into the convolution; call it after loading, since names change."""
        if isinstance(self.bn, nn.BatchNorm2d):
            self.c, self.bn = fuse_conv_bn_eval(self.c.eval(), self.bn.eval()), nn.Identity()

    def forward(self, image: Tensor) -> Tensor:
        """`[n, before, H, W]` to `[n, after, H / stride, W / stride]`."""
        result: Tensor = self.bn(self.c(image))
        return result


class InvertedBottleneck(nn.Module):
    """Inverted bottleneck: expand, depthwise convolution, project, add."""

    def __init__(self, width: int) -> None:
        super().__init__()
        inner = EXPANSION * width
        self.conv1 = ConvNorm(width, inner)
        self.conv2 = ConvNorm(inner, inner, 3, groups=inner)
        self.conv3 = ConvNorm(inner, width)

    def forward(self, image: Tensor) -> Tensor:
        """`[1, C, H, W]` to the same."""
        inner = gelu(self.conv2(gelu(self.conv1(image))))
        return gelu(image + self.conv3(inner))


class StageTransition(nn.Module):
    """Transition between two stages: changes the channels, and halves the size if the stride is 2."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.conv1 = ConvNorm(before, after)
        self.conv2 = ConvNorm(after, after, 3, stride, groups=after)
        self.conv3 = ConvNorm(after, after)

    def forward(self, image: Tensor) -> Tensor:
        """`[1, before, H, W]` to `[1, after, H / stride, W / stride]`."""
        result: Tensor = self.conv3(gelu(self.conv2(gelu(self.conv1(image)))))
        return result


class Attention(nn.Module):
    """Attention within a window, with a learned bias per head for each absolute distance."""

    which: Tensor

    def __init__(self, width: int, count: int, side: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.attention_biases = nn.Parameter(torch.zeros(count, side * side))
        self.register_buffer("which", _distances(side), persistent=False)
        self._heads = count

    def forward(self, tokens: Tensor) -> Tensor:
        """`[n, side * side, C]` to the same."""
        number, length, _ = tokens.shape
        # in the checkpoint's rows, query, key and value of one head are adjacent
        mixed = self.qkv(self.norm(tokens)).reshape(number, length, self._heads, -1).transpose(1, 2)
        query, key, value = mixed.chunk(3, -1)
        bias = self.attention_biases.index_select(1, self.which.flatten()).reshape(1, -1, length, length)
        result: Tensor = self.proj(scaled_dot_product_attention(query, key, value, bias))
        return result


class MlpBlock(nn.Module):
    """Two linear layers after a normalisation."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, EXPANSION * width)
        self.fc2 = nn.Linear(EXPANSION * width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """`[..., C]` to the same."""
        result: Tensor = self.fc2(gelu(self.fc1(self.norm(tokens))))
        return result


class Block(nn.Module):
    """Attention within windows, a convolution per channel, two linear layers.

    Padding tokens of the last windows are zero before the normalisation, so they take part in the attention, as in the
    authors' network.
    """

    def __init__(self, width: int, count: int, side: int) -> None:
        super().__init__()
        self.attn = Attention(width, count, side)
        self.mlp = MlpBlock(width)
        self.local_conv = ConvNorm(width, width, 3, groups=width)
        self._side = side

    def forward(self, image: Tensor) -> Tensor:
        """`[1, C, H, W]` to the same."""
        tokens = image.permute(0, 2, 3, 1)
        cut = split_windows(tokens, self._side)
        attended = self.attn(cut.flatten(1, 2)).reshape(cut.shape)
        tokens = tokens + join_windows(attended, tokens.shape[1], tokens.shape[2])
        tokens = self.local_conv(tokens.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        result: Tensor = (tokens + self.mlp(tokens)).permute(0, 3, 1, 2)
        return result


class Stage(nn.Module):
    """Blocks of one size, then the transition to the next stage."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(_blocks(number))
        self._last = number == len(STRIDES)
        if not self._last:
            self.downsample = StageTransition(WIDTHS[number], WIDTHS[number + 1], STRIDES[number])

    def forward(self, image: Tensor) -> Tensor:
        """`[1, C, H, W]` to the next stage's shape."""
        for block in self.blocks:
            image = block(image)
        result: Tensor = image if self._last else self.downsample(image)
        return result


class TinyVit(nn.Module):
    """Image to image embedding, and an early feature map for the HQ head."""

    early = WIDTHS[EARLY + 1]

    def __init__(self) -> None:
        super().__init__()
        first = WIDTHS[0]
        seq = nn.Sequential(ConvNorm(3, first // 2, 3, 2), Gelu(), ConvNorm(first // 2, first, 3, 2))
        self.patch_embed = nn.ModuleDict({"seq": seq})
        self.layers = nn.ModuleList(Stage(number) for number in range(len(WIDTHS)))
        self.neck = neck(WIDTHS[-1])

    def fuse(self) -> None:
        """Fold all batch normalisations into their convolutions; call it after loading."""
        for part in self.modules():
            if isinstance(part, ConvNorm):
                part.fuse()

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """`[1, 3, 1024, 1024]` to `[1, 256, 64, 64]` and `[1, 160, 64, 64]`."""
        image = early = self.patch_embed["seq"](image)
        for number, stage in enumerate(self.layers):
            image = stage(image)
            if number == EARLY:
                early = image
        return self.neck(image), early


def _blocks(number: int) -> Iterator[nn.Module]:
    for _ in range(DEPTHS[number]):
        if number == 0:
            yield InvertedBottleneck(WIDTHS[0])
        else:
            yield Block(WIDTHS[number], HEADS[number], WINDOWS[number])


def _distances(side: int) -> Tensor:
    """Index of the distance of each pair of tokens, `[side * side, side * side]`.

    Distances (rows, columns) are numbered row by row.
    """
    line = torch.arange(side)
    distances = (line[:, None] - line[None, :]).abs()
    rows = distances[:, None, :, None]
    columns = distances[None, :, None, :]
    return (rows * side + columns).reshape(side * side, side * side)
