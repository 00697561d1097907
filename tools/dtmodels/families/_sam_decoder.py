"""Mask decoder of Segment Anything: image, tokens and clicks to three masks and their predicted quality."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtmodels.families._gelu import Gelu
from dtmodels.families._sam_layers import ChannelNorm, Mlp, TwoLinear
from dtmodels.families._sam_prompt import EMBEDDING_SIDE, WIDTH
from dtmodels.families._sam_transformer import TwoWayTransformer

MASKS = 3
"""Number of masks of an ambiguous prompt; one more token belongs to the single mask of an unambiguous prompt."""
THIN = WIDTH // 8
"""Channels of the 256 x 256 map from which masks are computed."""


class Refinement(nn.ModuleList):
    """Convolutions of the upscaled map for the HQ mask."""

    def __init__(self) -> None:
        wide = 2 * THIN
        outer = nn.Conv2d(THIN, wide, 3, padding=1), nn.Conv2d(wide, THIN, 3, padding=1)
        super().__init__([outer[0], ChannelNorm(wide), Gelu(), outer[1]])

    def forward(self, upscaled: Tensor, mix: Tensor) -> Tensor:
        """`[1, 32, 256, 256]` and the weight of each channel, `[1, 1, 32]`, to `[1, 1, 65536]`."""
        for layer in self:
            upscaled = layer(upscaled)
        return mix @ upscaled.flatten(2)


class MaskDecoder(nn.Module):
    """Mask decoder, common part of both generations; the networks' own modules have the subclasses."""

    def __init__(self, mlp: type[Mlp] | type[TwoLinear], *, hq: bool) -> None:
        super().__init__()
        self.transformer = TwoWayTransformer(WIDTH, mlp)
        self.iou_token = nn.Embedding(1, WIDTH)
        self.mask_tokens = nn.Embedding(1 + MASKS, WIDTH)
        self.output_upscaling = nn.Sequential(
            nn.ConvTranspose2d(WIDTH, WIDTH // 4, 2, stride=2),
            ChannelNorm(WIDTH // 4),
            Gelu(),
            nn.ConvTranspose2d(WIDTH // 4, THIN, 2, stride=2),
            Gelu(),
        )
        self.output_hypernetworks_mlps = nn.ModuleList(Mlp([WIDTH, WIDTH, WIDTH, THIN]) for _ in range(1 + MASKS))
        self.iou_prediction_head = Mlp([WIDTH, WIDTH, WIDTH, 1 + MASKS])
        self.hq = hq
        if hq:
            self.hf_token = nn.Embedding(1, WIDTH)
            self.hf_mlp = Mlp([WIDTH, WIDTH, WIDTH, THIN])
            self.embedding_maskfeature: nn.Module = Refinement()

    def leading(self) -> list[Tensor]:
        """Tokens before the quality token, each `[1, 256]`."""
        return []

    def upscale(self, image: Tensor, features: tuple[Tensor, ...]) -> Tensor:
        """Image `[1, 256, 64, 64]` to `[1, 32, 256, 256]`."""
        raise NotImplementedError

    def quality(self, raw: Tensor) -> Tensor:
        """Predicted quality `[1, 3]`, from the output of the quality head."""
        return raw

    def refined(self, upscaled: Tensor, mix: Tensor, features: tuple[Tensor, ...]) -> Tensor:
        """The HQ mask `[1, 1, 65536]`: channels of a map, weighted by `mix`, `[1, 1, 32]`."""
        raise NotImplementedError

    def tokens(self) -> Tensor:
        """The decoder's own tokens `[1, T, 256]`."""
        last = [self.hf_token.weight] if self.hq else []
        return torch.cat([*self.leading(), self.iou_token.weight, self.mask_tokens.weight, *last])[None]

    def forward(
        self, image: Tensor, grid: Tensor, tokens: Tensor, points: Tensor, features: tuple[Tensor, ...]
    ) -> tuple[Tensor, Tensor]:
        """Masks `[1, 3, 256, 256]` as logits and their predicted intersection over union `[1, 3]`.

        Args:
            image: image embedding plus the embedding of the previous mask, `[1, 256, 64, 64]`.
            grid: position encodings of the image tokens, `[1, 4096, 256]`.
            tokens: see `tokens`.
            points: tokens of the clicks, `[1, N, 256]`.
            features: outputs of the encoder other than the embedding.
        """
        image_tokens = image.reshape(1, WIDTH, EMBEDDING_SIDE * EMBEDDING_SIDE).transpose(1, 2)
        attended, image_tokens = self.transformer(image_tokens, grid, torch.cat([tokens, points], 1))
        upscaled = self.upscale(
            image_tokens.transpose(1, 2).reshape(1, WIDTH, EMBEDDING_SIDE, EMBEDDING_SIDE), features
        )
        at = len(self.leading())
        networks = list(self.output_hypernetworks_mlps)[1:]
        mixes = torch.stack([network(attended[:, at + 2 + number]) for number, network in enumerate(networks)], 1)
        masks = mixes @ upscaled.flatten(2)
        if self.hq:
            mix = self.hf_mlp(attended[:, at + 2 + MASKS])[:, None]
            masks = masks + self.refined(upscaled, mix, features)
        side = upscaled.shape[-1]
        return masks.reshape(1, MASKS, side, side), self.quality(self.iou_prediction_head(attended[:, at])[:, 1:])
