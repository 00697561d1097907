"""Inference form of a mask decoder, for export: the same function of the same weights, with less work at each click.

One click has 8 prompt tokens, an image 4096 image tokens. In cross-attention the authors' code projects all image
tokens and transposes the result by heads. Here the few prompt tokens are projected to the channels of the image tokens
instead, since `q @ (image @ K.T).T` equals `(q @ K) @ image.T`. This halves the multiplications for 8 tokens, needs as
many for 16, and never transposes image tokens.
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
    """Replace slow layers of `decoder`, in place; call it after loading the weights."""
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
    """`Attention` of a few prompt tokens to all image tokens."""

    def __init__(self, attention: nn.Module) -> None:
        super().__init__()
        source = _as_attention(attention)
        self.query, self.out = source.q_proj, source.out_proj
        self.key = nn.Parameter(_by_head(source.k_proj.weight) * _scale(source))
        self.value = nn.Parameter(_by_head(source.v_proj.weight).transpose(1, 2).contiguous())
        self.offset = source.v_proj.bias

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """`[1, T, C]` and twice `[1, N, C]` to `[1, T, C]`, for N image tokens.

        The bias of the keys adds one constant to all scores of a token, so softmax is unchanged without it.
        """
        projected = split_heads(self.query(query), HEADS)[0] @ self.key
        weights = F.linear(projected.flatten(0, 1), key.flatten(0, 1)).softmax(-1)
        mixed = (weights @ value.flatten(0, 1)).reshape(projected.shape) @ self.value
        result: Tensor = self.out(mixed.transpose(0, 1).flatten(1) + self.offset)
        return result[None]


class ImageToToken(nn.Module):
    """`Attention` of all image tokens to a few prompt tokens."""

    def __init__(self, attention: nn.Module) -> None:
        super().__init__()
        source = _as_attention(attention)
        self.key, self.value = source.k_proj, source.v_proj
        self.query = nn.Parameter(_by_head(source.q_proj.weight) * _scale(source))
        self.offset = nn.Parameter(source.q_proj.bias.detach().reshape(HEADS, -1, 1) * _scale(source))
        self.out = nn.Parameter(_by_head(source.out_proj.weight.T).contiguous())
        self.bias = source.out_proj.bias

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """`[1, N, C]` and twice `[1, T, C]` to `[1, N, C]`, for N image tokens."""
        keys, values = (
            split_heads(layer(tokens), HEADS)[0] for layer, tokens in ((self.key, key), (self.value, value))
        )
        scores = F.linear(query.flatten(0, 1), (keys @ self.query).flatten(0, 1), (keys @ self.offset).flatten())
        weights = scores.reshape(scores.shape[0], HEADS, -1).softmax(-1).flatten(1)
        return torch.addmm(self.bias, weights, (values @ self.out).flatten(0, 1))[None]


class ReorderedRefinement(nn.Module):
    """`Refinement` that mixes channels before its last convolution, so that one output channel is left to compute.

    A 3 x 3 convolution is the sum of nine 1 x 1 convolutions, one for each tap, each shifted to its position.
    """

    places: Tensor

    def __init__(self, refinement: nn.Module) -> None:
        super().__init__()
        if not isinstance(refinement, Refinement):
            raise TypeError(f"{type(refinement).__name__} is not a Refinement")
        self.first, norm, _, last = refinement
        if not isinstance(norm, ChannelNorm):
            raise TypeError("the normalisation of a refinement follows its first convolution")
        self.norm, self.weight, self.bias = norm, last.get_parameter("weight"), last.get_parameter("bias")
        self.register_buffer("places", torch.eye(9).reshape(1, 9, 3, 3))

    def forward(self, upscaled: Tensor, mix: Tensor) -> Tensor:
        """See `Refinement.forward`."""
        side = upscaled.shape[-1]
        features = self.first(upscaled).permute(0, 2, 3, 1)
        features = gelu(
            F.layer_norm(features, self.norm.normalized_shape, self.norm.weight, self.norm.bias, self.norm.eps)
        )
        taps = (mix[0] @ self.weight.flatten(1)).reshape(-1, 9).T
        mixed = F.linear(taps, features.flatten(0, 2)).reshape(1, 9, side, side)
        return F.conv2d(mixed, self.places, mix[0] @ self.bias, padding=1).flatten(2)


def _as_attention(attention: nn.Module) -> Attention:
    if not isinstance(attention, Attention):
        raise TypeError(f"{type(attention).__name__} is not the Attention of a mask decoder")
    return attention


def _by_head(weight: Tensor) -> Tensor:
    """`[heads * d, C]` to `[heads, d, C]`."""
    return weight.detach().reshape(HEADS, -1, weight.shape[1])


def _scale(attention: Attention) -> float:
    """Scale of the scores: one over the square root of the channels per head."""
    return float((attention.q_proj.out_features / HEADS) ** -0.5)
