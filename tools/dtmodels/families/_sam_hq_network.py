"""HQ-SAM of the first generation; parameter names are the published ones."""

from __future__ import annotations

from torch import Tensor, nn

from dtmodels.families._gelu import Gelu
from dtmodels.families._sam_decoder import THIN, MaskDecoder
from dtmodels.families._sam_layers import ChannelNorm, TwoLinear
from dtmodels.families._sam_prompt import WIDTH, PromptEncoder
from dtmodels.families._sam_vit import Vit
from dtmodels.families._tiny_vit import TinyVit


class Decoder(MaskDecoder):
    """Mask decoder whose HQ head also uses an early feature map of the encoder."""

    def __init__(self, early: int) -> None:
        super().__init__(TwoLinear, hq=True)
        self.compress_vit_feat = _upscaling(early, WIDTH)
        self.embedding_encoder = _upscaling(WIDTH, WIDTH // 4)

    def detail(self, image: Tensor, early: Tensor) -> Tensor:
        """Input of the HQ head from the image; it depends on no click, so the encoder's graph computes it.

        Args:
            image: image embedding, `[1, 256, 64, 64]`.
            early: early map of the encoder, `[1, C, 64, 64]`.

        Returns:
            `[1, 32, 256, 256]`.
        """
        result: Tensor = self.embedding_encoder(image) + self.compress_vit_feat(early)
        return result

    def upscale(self, image: Tensor, features: tuple[Tensor, ...]) -> Tensor:  # noqa: ARG002 - interface
        """Upscale the image embedding."""
        result: Tensor = self.output_upscaling(image)
        return result

    def refined(self, upscaled: Tensor, mix: Tensor, features: tuple[Tensor, ...]) -> Tensor:
        """The HQ mask, from the upscaled map and `detail`."""
        (detail,) = features
        result: Tensor = self.embedding_maskfeature(upscaled, mix) + mix @ detail.flatten(2)
        return result


class SamHq(nn.Module):
    """Encoder, prompt encoder and mask decoder."""

    def __init__(self, encoder: Vit | TinyVit) -> None:
        super().__init__()
        self.image_encoder = encoder
        self.prompt_encoder = PromptEncoder()
        self.mask_decoder = Decoder(encoder.early)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Encode `[1, 3, 1024, 1024]`: the embedding `[1, 256, 64, 64]` and `Decoder.detail`, `[1, 32, 256, 256]`."""
        embedding, early = self.image_encoder(image)
        return embedding, self.mask_decoder.detail(embedding, early)

    def fuse(self) -> None:
        """Fold the batch normalisations of TinyViT into convolutions; call it after loading, since names change."""
        if isinstance(self.image_encoder, TinyVit):
            self.image_encoder.fuse()


def _upscaling(before: int, inner: int) -> nn.Sequential:
    """`[1, before, 64, 64]` to `[1, 32, 256, 256]`."""
    return nn.Sequential(
        nn.ConvTranspose2d(before, inner, 2, stride=2),
        ChannelNorm(inner),
        Gelu(),
        nn.ConvTranspose2d(inner, THIN, 2, stride=2),
    )
