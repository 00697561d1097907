"""Layers of all Segment Anything networks, with the published parameter names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

Activation = Callable[[Tensor], Tensor]


class ChannelNorm(nn.LayerNorm):
    """Layer normalisation over the channels of `[1, C, H, W]`.

    With channels last the graph has one `LayerNormalization` instead of seven operators.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=1e-6)

    def forward(self, image: Tensor) -> Tensor:
        """Normalise; the shape stays."""
        return super().forward(image.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Mlp(nn.Module):
    """Linear layers named `layers.N` with an activation between them.

    Args:
        sizes: channels of the input, of the hidden layers, and of the output.
        activation: function applied between two layers.
    """

    def __init__(self, sizes: Sequence[int], activation: Activation = F.relu) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(before, after) for before, after in pairwise(sizes))
        self._activation = activation

    def forward(self, value: Tensor) -> Tensor:
        """`[..., sizes[0]]` to `[..., sizes[-1]]`."""
        for number, layer in enumerate(self.layers):
            value = layer(value if number == 0 else self._activation(value))
        return value


class TwoLinear(nn.Module):
    """The first generation's name for an `Mlp` of two layers: `lin1` and `lin2`."""

    def __init__(self, sizes: Sequence[int], activation: Activation = F.relu) -> None:
        super().__init__()
        outer, inner, last = sizes
        self.lin1 = nn.Linear(outer, inner)
        self.lin2 = nn.Linear(inner, last)
        self._activation = activation

    def forward(self, value: Tensor) -> Tensor:
        """`[..., C]` to `[..., C]`."""
        result: Tensor = self.lin2(self._activation(self.lin1(value)))
        return result


def split_heads(tokens: Tensor, count: int) -> Tensor:
    """`[B, N, C]` to `[B, count, N, C / count]`."""
    batch, _, channels = tokens.shape
    return tokens.reshape(batch, -1, count, channels // count).transpose(1, 2)


def scaled_dot_product_attention(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None = None) -> Tensor:
    """Scaled dot-product attention, written out: heads in, tokens out.

    Args:
        query: `[B, heads, N, d]`.
        key: `[B, heads, M, d]`.
        value: `[B, heads, M, d]`.
        bias: added to the scores before the softmax, broadcast to `[B, heads, N, M]`.

    Returns:
        `[B, N, heads * d]`.
    """
    scores: Tensor = (query * query.shape[-1] ** -0.5) @ key.transpose(-2, -1)
    if bias is not None:
        scores = scores + bias
    mixed = (scores.softmax(-1) @ value).transpose(1, 2)
    return mixed.reshape(mixed.shape[0], -1, mixed.shape[2] * mixed.shape[3])


def attend_by_head(query: Tensor, key: Tensor, value: Tensor, bias: Callable[[int], Tensor] | None = None) -> Tensor:
    """`scaled_dot_product_attention`, one head after the other, for attention over a whole image.

    The scores of 4096 x 4096 tokens take 64 MiB per head. All heads of ViT-B at once, with biases, took ONNX Runtime
    5.5 GB; this takes 1 GB, for some more CPU time.

    Args:
        query: as for `scaled_dot_product_attention`; the number of heads must be static.
        key: as for `scaled_dot_product_attention`.
        value: as for `scaled_dot_product_attention`.
        bias: function from the index of a head to its bias, broadcast to `[B, 1, N, M]`.
    """
    single = zip(*(tensor.chunk(query.shape[1], 1) for tensor in (query, key, value)), strict=True)
    parts = [
        scaled_dot_product_attention(q, k, v, bias(number) if bias else None) for number, (q, k, v) in enumerate(single)
    ]
    return torch.cat(parts, -1)


def split_windows(image: Tensor, side: int) -> Tensor:
    """Split `[1, H, W, C]` into windows `[n, side, side, C]`, padded with zeros on the right and below."""
    _, height, width, channels = image.shape
    right, below = -width % side, -height % side
    if right or below:
        image = F.pad(image, (0, 0, 0, right, 0, below))
    rows, columns = (height + below) // side, (width + right) // side
    cut = image.reshape(rows, side, columns, side, channels).transpose(1, 2)
    return cut.reshape(rows * columns, side, side, channels)


def join_windows(cut: Tensor, height: int, width: int) -> Tensor:
    """Join windows `[n, side, side, C]` to `[1, height, width, C]`, and remove the padding."""
    side, channels = cut.shape[1], cut.shape[3]
    rows, columns = -(-height // side), -(-width // side)
    image = cut.reshape(rows, columns, side, side, channels).transpose(1, 2)
    return image.reshape(1, rows * side, columns * side, channels)[:, :height, :width]
