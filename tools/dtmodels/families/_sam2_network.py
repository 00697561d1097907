"""Segment Anything 2.1 for single images, with or without the HQ head; parameter names are the published ones."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from dtmodels.families._hiera import Hiera, Size
from dtmodels.families._sam_decoder import THIN, MaskDecoder
from dtmodels.families._sam_layers import Mlp
from dtmodels.families._sam_prompt import WIDTH, PromptEncoder


class Lateral(nn.Module):
    """1 x 1 convolution from one feature map of the backbone to the neck's number of channels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, WIDTH, 1)

    def forward(self, image: Tensor) -> Tensor:
        """`[1, C, H, W]` to `[1, 256, H, W]`."""
        result: Tensor = self.conv(image)
        return result


class Neck(nn.Module):
    """Feature pyramid neck: all maps get 256 channels, and the coarsest is added to the next finer one."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.convs = nn.ModuleList(Lateral(width) for width in reversed(widths))

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Maps of sides 256, 128, 64 and 32 to maps of sides 256, 128 and 64."""
        laterals = zip(reversed(self.convs), maps, strict=True)
        fine, middle, coarse, last = (lateral(image) for lateral, image in laterals)
        return [fine, middle, coarse + F.interpolate(last, scale_factor=2.0, mode="nearest")]


class ImageEncoder(nn.Module):
    """Backbone and neck."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.trunk = Hiera(size)
        self.neck = Neck(size.widths)

    def forward(self, image: Tensor) -> list[Tensor]:
        """`[1, 3, 1024, 1024]` to maps of sides 256, 128 and 64."""
        result: list[Tensor] = self.neck(self.trunk(image))
        return result


class Decoder(MaskDecoder):
    """Mask decoder of the second generation, with high-resolution features and an object presence token."""

    def __init__(self, *, hq: bool) -> None:
        super().__init__(Mlp, hq=hq)
        self.obj_score_token = nn.Embedding(1, WIDTH)
        self.pred_obj_score_head = Mlp([WIDTH, WIDTH, WIDTH, 1])
        self.conv_s0: nn.Module = nn.Conv2d(WIDTH, THIN, 1)
        self.conv_s1: nn.Module = nn.Conv2d(WIDTH, 2 * THIN, 1)

    def leading(self) -> list[Tensor]:
        """The object presence token."""
        return [self.obj_score_token.weight]

    def upscale(self, image: Tensor, features: tuple[Tensor, ...]) -> Tensor:
        """Upscale; each step adds the encoder's feature map of that size."""
        fine, middle = features
        first, norm, gelu, second, last = self.output_upscaling
        result: Tensor = last(second(gelu(norm(first(image) + middle))) + fine)
        return result

    def quality(self, raw: Tensor) -> Tensor:
        """Predicted quality within 0..1."""
        return raw.sigmoid()

    def refined(self, upscaled: Tensor, mix: Tensor, features: tuple[Tensor, ...]) -> Tensor:  # noqa: ARG002 - interface
        """The HQ mask, from the upscaled map, which includes the high-resolution features."""
        result: Tensor = self.embedding_maskfeature(upscaled, mix)
        return result


class Sam2(nn.Module):
    """The parts of SAM 2.1 that segment single images."""

    def __init__(self, size: Size, *, hq: bool) -> None:
        super().__init__()
        self.image_encoder = ImageEncoder(size)
        self.sam_prompt_encoder = PromptEncoder()
        self.sam_mask_decoder = Decoder(hq=hq)
        self.no_mem_embed = nn.Parameter(torch.zeros(1, 1, WIDTH))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Encode `[1, 3, 1024, 1024]`: `[1, 32, 256, 256]`, `[1, 64, 128, 128]`, and the embedding `[1, 256, 64, 64]`.

        The mask decoder's `conv_s0` and `conv_s1` are already applied to the two finer maps, since they depend on no
        click.
        """
        fine, middle, coarse = self.image_encoder(image)
        decoder = self.sam_mask_decoder
        return decoder.conv_s0(fine), decoder.conv_s1(middle), coarse + self.no_mem_embed.reshape(1, WIDTH, 1, 1)

    def fuse(self) -> None:
        """Fuse pairs of consecutive 1 x 1 convolutions; call it after loading, since parameter names change.

        This saves 5 % of the smallest encoder's multiply-adds.
        """
        convs, decoder = self.image_encoder.neck.convs, self.sam_mask_decoder
        for lateral, name in ((convs[3], "conv_s0"), (convs[2], "conv_s1")):
            last = getattr(decoder, name)
            if isinstance(lateral, Lateral) and isinstance(last, nn.Conv2d):
                lateral.conv = _chain(lateral.conv, last)
                setattr(decoder, name, nn.Identity())


@torch.no_grad()
def _chain(first: nn.Conv2d, second: nn.Conv2d) -> nn.Conv2d:
    """Two 1 x 1 convolutions as one, computed in float64."""
    fused = nn.Conv2d(first.in_channels, second.out_channels, 1)
    outer, offset = second.weight.double().flatten(1), _bias(second)
    fused.weight.copy_((outer @ first.weight.double().flatten(1))[..., None, None])
    _bias(fused).copy_(outer @ _bias(first).double() + offset.double())
    return fused


def _bias(convolution: nn.Conv2d) -> Tensor:
    if convolution.bias is None:
        raise ValueError("a convolution of the neck has no bias")
    return convolution.bias
