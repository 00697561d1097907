"""The form in which a mask decoder is exported: the same function of the same weights, with less work at each click.

A click makes eight tokens, an image 4096 cells. Where the two look at each other, the authors' form projects all
cells, and orders the result by heads. Here the few tokens are carried over to the channels of the cells instead, since
`q @ (cells @ K.T).T` is `(q @ K) @ cells.T`: for eight tokens half of the multiplications, for sixteen as many, and no
cell is moved at any number of them.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from dtmodels.families._gelu import gelu
from dtmodels.families._sam_decoder import MaskDecoder, Refinement
from dtmodels.families._sam_layers import ChannelNorm, split_heads
from dtmodels.families._sam_transformer import HEADS, Attention, Layer


def optimise_decoder(decoder: MaskDecoder) -> MaskDecoder:
    """Replace what is slow in `decoder`, in place; it has to have its final weights."""
    transformer = decoder.transformer
    for layer in transformer.layers:
        if isinstance(layer, Layer):
            layer.cross_attn_token_to_image = TokenToImage(layer.cross_attn_token_to_image)
            layer.cross_attn_image_to_token = ImageToToken(layer.cross_attn_image_to_token)
    transformer.final_attn_token_to_image = TokenToImage(transformer.final_attn_token_to_image)
    if decoder.hq:
        decoder.embedding_maskfeature = ReorderedRefinement(decoder.embedding_maskfeature)
    return decoder


class TokenToImage(nn.Module):
    """`Attention` of a few tokens that look at many cells."""

    def __init__(self, attention: nn.Module) -> None:
        super().__init__()
        known = _known(attention)
        self.query, self.out = known.q_proj, known.out_proj
        self.key = nn.Parameter(_by_head(known.k_proj.weight) * _scale(known))
        self.value = nn.Parameter(_by_head(known.v_proj.weight).transpose(1, 2).contiguous())
        self.offset = known.v_proj.bias

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """`[1, T, C]` and twice `[1, cells, C]` to `[1, T, C]`.

        The bias of keys adds the same to the scores of all cells, which changes no share.
        """
        asked = split_heads(self.query(query), HEADS)[0] @ self.key
        shares = F.linear(asked.flatten(0, 1), key.flatten(0, 1)).softmax(-1)
        seen = (shares @ value.flatten(0, 1)).reshape(asked.shape) @ self.value
        result: Tensor = self.out(seen.transpose(0, 1).flatten(1) + self.offset)
        return result[None]


class ImageToToken(nn.Module):
    """`Attention` of many cells that look at a few tokens."""

    def __init__(self, attention: nn.Module) -> None:
        super().__init__()
        known = _known(attention)
        self.key, self.value = known.k_proj, known.v_proj
        self.query = nn.Parameter(_by_head(known.q_proj.weight) * _scale(known))
        self.offset = nn.Parameter(known.q_proj.bias.detach().reshape(HEADS, -1, 1) * _scale(known))
        self.out = nn.Parameter(_by_head(known.out_proj.weight.T).contiguous())
        self.bias = known.out_proj.bias

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """`[1, cells, C]` and twice `[1, T, C]` to `[1, cells, C]`."""
        keys, values = (split_heads(layer(given), HEADS)[0] for layer, given in ((self.key, key), (self.value, value)))
        scores = F.linear(query.flatten(0, 1), (keys @ self.query).flatten(0, 1), (keys @ self.offset).flatten())
        shares = scores.reshape(scores.shape[0], HEADS, -1).softmax(-1).flatten(1)
        return torch.addmm(self.bias, shares, (values @ self.out).flatten(0, 1))[None]


class ReorderedRefinement(nn.Module):
    """`Refinement` that mixes channels before its last convolution, not after it: one of them is left to compute.

    A convolution is the sum of what its nine taps make of the map, each moved to its place.
    """

    places: Tensor

    def __init__(self, refinement: nn.Module) -> None:
        super().__init__()
        if not isinstance(refinement, Refinement):
            raise TypeError(f"{type(refinement).__name__} is no refinement of a mask")
        self.first, norm, _, last = refinement
        if not isinstance(norm, ChannelNorm):
            raise TypeError("a refinement has its normalisation after the first convolution")
        self.norm, self.weight, self.bias = norm, last.get_parameter("weight"), last.get_parameter("bias")
        self.register_buffer("places", torch.eye(9).reshape(1, 9, 3, 3))

    def forward(self, enlarged: Tensor, mix: Tensor) -> Tensor:
        """See `Refinement.forward`."""
        side = enlarged.shape[-1]
        cells = self.first(enlarged).permute(0, 2, 3, 1)
        cells = gelu(F.layer_norm(cells, self.norm.normalized_shape, self.norm.weight, self.norm.bias, self.norm.eps))
        taps = (mix[0] @ self.weight.flatten(1)).reshape(-1, 9).T
        seen = F.linear(taps, cells.flatten(0, 2)).reshape(1, 9, side, side)
        return F.conv2d(seen, self.places, mix[0] @ self.bias, padding=1).flatten(2)


def _known(attention: nn.Module) -> Attention:
    if not isinstance(attention, Attention):
        raise TypeError(f"{type(attention).__name__} is no attention of a mask decoder")
    return attention


def _by_head(weight: Tensor) -> Tensor:
    """`[heads * d, C]` to `[heads, d, C]`."""
    return weight.detach().reshape(HEADS, -1, weight.shape[1])


def _scale(attention: Attention) -> float:
    """Of the scores: one over the root of a head's channels."""
    return float((attention.q_proj.out_features / HEADS) ** -0.5)
