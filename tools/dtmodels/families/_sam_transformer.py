"""Two-way transformer of Segment Anything's mask decoder: prompt tokens attend to image tokens and vice versa."""

from __future__ import annotations

from torch import Tensor, nn

from dtmodels.families._sam_layers import Mlp, TwoLinear, scaled_dot_product_attention, split_heads

HEADS = 8
INNER = 2048
LAYERS = 2
REDUCTION = 2
"""Divisor of the channels in attention between prompt tokens and image tokens."""


class Attention(nn.Module):
    """Attention with separate projections."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.q_proj = nn.Linear(width, inner)
        self.k_proj = nn.Linear(width, inner)
        self.v_proj = nn.Linear(width, inner)
        self.out_proj = nn.Linear(inner, width)

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """`[1, N, C]` and twice `[1, M, C]` to `[1, N, C]`."""
        q, k, v = (
            split_heads(layer(tokens), HEADS)
            for layer, tokens in ((self.q_proj, query), (self.k_proj, key), (self.v_proj, value))
        )
        result: Tensor = self.out_proj(scaled_dot_product_attention(q, k, v))
        return result


class Layer(nn.Module):
    """Self-attention of the tokens, attention to the image, MLP, attention of the image to the tokens."""

    def __init__(self, width: int, mlp: type[Mlp] | type[TwoLinear]) -> None:
        super().__init__()
        self.self_attn = Attention(width, width)
        self.norm1 = nn.LayerNorm(width)
        self.cross_attn_token_to_image: nn.Module = Attention(width, width // REDUCTION)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = mlp([width, INNER, width])
        self.norm3 = nn.LayerNorm(width)
        self.norm4 = nn.LayerNorm(width)
        self.cross_attn_image_to_token: nn.Module = Attention(width, width // REDUCTION)

    def forward(
        self, tokens: Tensor, image: Tensor, identity: Tensor, grid: Tensor, *, first: bool
    ) -> tuple[Tensor, Tensor]:
        """Apply the layer.

        Args:
            tokens: `[1, T, C]`.
            image: `[1, N, C]`, for N image tokens.
            identity: the tokens before the first layer, added to identify each token.
            grid: position encodings of the image tokens.
            first: True for the first layer, in which `tokens` equals `identity`.
        """
        if first:
            tokens = self.self_attn(tokens, tokens, tokens)
        else:
            identified = tokens + identity
            tokens = tokens + self.self_attn(identified, identified, tokens)
        tokens = self.norm1(tokens)
        positioned = image + grid
        tokens = self.norm2(tokens + self.cross_attn_token_to_image(tokens + identity, positioned, image))
        tokens = self.norm3(tokens + self.mlp(tokens))
        image = self.norm4(image + self.cross_attn_image_to_token(positioned, tokens + identity, tokens))
        return tokens, image


class TwoWayTransformer(nn.Module):
    """Layers, then a final attention of the tokens to the image.

    All normalisations use an epsilon of 1e-5, as in both of the authors' repositories.
    """

    def __init__(self, width: int, mlp: type[Mlp] | type[TwoLinear]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(width, mlp) for _ in range(LAYERS))
        self.final_attn_token_to_image: nn.Module = Attention(width, width // REDUCTION)
        self.norm_final_attn = nn.LayerNorm(width)

    def forward(self, image: Tensor, grid: Tensor, identity: Tensor) -> tuple[Tensor, Tensor]:
        """Image `[1, N, C]`, its position encodings and tokens `[1, T, C]` to tokens and image of the same shapes."""
        tokens = identity
        for number, layer in enumerate(self.layers):
            tokens, image = layer(tokens, image, identity, grid, first=number == 0)
        attended = self.final_attn_token_to_image(tokens + identity, image + grid, image)
        return self.norm_final_attn(tokens + attended), image
