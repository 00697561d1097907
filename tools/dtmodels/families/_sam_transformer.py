"""The two-way transformer of Segment Anything's mask decoder: tokens look at the image and the image at tokens."""

from __future__ import annotations

from torch import Tensor, nn

from dtmodels.families._sam_layers import Mlp, TwoLinear, scaled_dot_product_attention, split_heads

HEADS = 8
INNER = 2048
LAYERS = 2
REDUCTION = 2
"""Attention between tokens and image works with this fraction of the channels."""


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
            split_heads(layer(given), HEADS)
            for layer, given in ((self.q_proj, query), (self.k_proj, key), (self.v_proj, value))
        )
        result: Tensor = self.out_proj(scaled_dot_product_attention(q, k, v))
        return result


class Layer(nn.Module):
    """Tokens among themselves, tokens at the image, each token alone, image at the tokens."""

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
        self, tokens: Tensor, image: Tensor, marks: Tensor, grid: Tensor, *, first: bool
    ) -> tuple[Tensor, Tensor]:
        """One round.

        Args:
            tokens: `[1, T, C]`.
            image: `[1, cells, C]`.
            marks: the tokens before the first round; they say which token is which.
            grid: positions of the cells.
            first: whether this is the first round, where tokens are nothing but their marks.
        """
        if first:
            tokens = self.self_attn(tokens, tokens, tokens)
        else:
            marked = tokens + marks
            tokens = tokens + self.self_attn(marked, marked, tokens)
        tokens = self.norm1(tokens)
        placed = image + grid
        tokens = self.norm2(tokens + self.cross_attn_token_to_image(tokens + marks, placed, image))
        tokens = self.norm3(tokens + self.mlp(tokens))
        image = self.norm4(image + self.cross_attn_image_to_token(placed, tokens + marks, tokens))
        return tokens, image


class TwoWayTransformer(nn.Module):
    """Rounds of `Layer`, then a last look of the tokens at the image.

    All its norms use an epsilon of 1e-5, as in both of the authors' repositories.
    """

    def __init__(self, width: int, mlp: type[Mlp] | type[TwoLinear]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(width, mlp) for _ in range(LAYERS))
        self.final_attn_token_to_image: nn.Module = Attention(width, width // REDUCTION)
        self.norm_final_attn = nn.LayerNorm(width)

    def forward(self, image: Tensor, grid: Tensor, marks: Tensor) -> tuple[Tensor, Tensor]:
        """Image `[1, cells, C]`, its positions and tokens `[1, T, C]` to tokens and image of the same shapes."""
        tokens = marks
        for number, layer in enumerate(self.layers):
            tokens, image = layer(tokens, image, marks, grid, first=number == 0)
        looked = self.final_attn_token_to_image(tokens + marks, image + grid, image)
        return self.norm_final_attn(tokens + looked), image
