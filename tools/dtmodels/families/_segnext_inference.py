"""Inference form of SegNext's decoder, for export: the same function of the same weights, with less work at each click.

darktable runs the decoder without graph optimisation, so each operator of the graph is a pass over a map:

* the two factors of GELU are those of the layers before and after it;
* a normalisation before a 1 x 1 convolution scales the few weights of it instead of the map;
* the head's last convolution, which mixes four maps of one size, mixes each at its own size before it is enlarged.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from dtmodels.families._group_norm import GroupNorm
from dtmodels.families._resample import bilinear_corners
from dtmodels.families._segnext_clicks import Disks
from dtmodels.families._segnext_network import CHANNELS, GRID, SIDE, WIDTH, Attention, Block, Head, SegNext

ROOT = math.sqrt(0.5)


class Decoder(nn.Module):
    """Features of an image, clicks and the previous mask to a mask; see `convert` of the family."""

    enlarge: Tensor

    def __init__(self, network: SegNext) -> None:
        """Args: `network` has its weights, which are changed."""
        super().__init__()
        self.disks, self.prompt = Disks(), network.visual_prompts_encoder["proj"]
        self.blocks = nn.ModuleList(FusionBlock(block) for block in network.fusion_blocks)
        self.levels = _levels(network)
        self.head = InferenceHead(network.head)
        self.register_buffer("enlarge", bilinear_corners(SIDE // 4, SIDE))

    def forward(self, image_feats: Tensor, clicks: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
        """`[1, 768, 64, 64]`, `[1, N, 2]`, `[1, N]` and `[1, 1, 1024, 1024]` to `[1, 1, 1024, 1024]`."""
        prompts = torch.cat([mask, self.disks(clicks, labels)], 1)
        tokens = (image_feats + self.prompt(prompts)).reshape(1, CHANNELS, GRID**2).transpose(1, 2)
        for block in self.blocks:
            tokens = block(tokens)
        square = tokens.transpose(1, 2).reshape(1, CHANNELS, GRID, GRID)
        small = self.head([level(square) for level in self.levels])
        return torch.sigmoid(self.enlarge @ small @ self.enlarge.T)


def half_gelu(value: Tensor) -> Tensor:
    """GELU of `sqrt(2) * value`, divided by `sqrt(1/2)`: the factors belong to the layers around it."""
    return value * (1 + torch.erf(value))


class FusionBlock(nn.Module):
    """Inference form of `Block`."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        if not isinstance(block, Block) or not isinstance(block.attn, Attention):
            raise TypeError(f"{type(block).__name__} is not a block of SegNext")
        self.norm1, self.attn, self.norm2 = block.norm1, block.attn, block.norm2
        self.first, self.second = block.mlp["fc1"], block.mlp["fc2"]
        _scale(self.first, ROOT, bias=True)
        _scale(self.second, ROOT, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """`[1, N, C]` to the same."""
        tokens = tokens + self.attn(self.norm1(tokens))
        result: Tensor = tokens + self.second(half_gelu(self.first(self.norm2(tokens))))
        return result


class Activated(nn.Module):
    """A normalisation followed by a GELU."""

    def __init__(self, norm: nn.Module) -> None:
        super().__init__()
        self.norm = GroupNorm(norm)
        with torch.no_grad():
            self.norm.weight.mul_(ROOT)
            self.norm.bias.mul_(ROOT)

    def forward(self, x: Tensor) -> Tensor:
        """`[1, C, H, W]` to the same shape."""
        return half_gelu(self.norm(x))


class NormedMix(nn.Module):
    """A normalisation over all channels and pixels, and a 1 x 1 convolution, whose weights take its factors."""

    def __init__(self, norm: nn.Module, mix: nn.Module) -> None:
        super().__init__()
        self.norm = GroupNorm(norm)
        self.weight = nn.Parameter(mix.get_parameter("weight").detach().flatten(1) * self.norm.weight.reshape(1, -1))
        offset = mix.get_parameter("weight").detach().flatten(1) @ self.norm.bias.reshape(-1, 1)
        self.bias = nn.Parameter(offset + mix.get_parameter("bias").detach().reshape(-1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """`[1, C, H, W]` to `[1, D, H, W]`."""
        deviation, scale = self.norm.moments(x)
        mixed = (self.weight / scale[0, :, :, 0]) @ deviation.flatten(2) + self.bias
        return mixed.reshape(1, -1, *x.shape[2:])


class InferenceHead(nn.Module):
    """Inference form of `Head`: each map is mixed at its own size."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        self.convs = nn.ModuleList(head.layers())
        for conv in self.convs:
            _scale(conv, ROOT, bias=False)
        self.parts = nn.ModuleList(_split(head.fusion_conv["conv"]))
        self.last = head.seg_conv

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Maps of the four levels, largest first, to `[1, 1, 256, 256]`."""
        features = [F.relu(conv(one)) for conv, one in zip(self.convs, maps, strict=True)]
        mixed, *small = (part(feature) for part, feature in zip(self.parts, features, strict=True))
        for one in small:
            mixed = mixed + F.interpolate(one, size=mixed.shape[2:], mode="bilinear", align_corners=False)
        result: Tensor = self.last(F.relu(mixed))
        return result


def _levels(network: SegNext) -> nn.ModuleList:
    """Levels of the neck."""
    four, eight, sixteen, thirty_two = (
        network.neck.down_4,
        network.neck.down_8,
        network.neck.down_16,
        network.neck.down_32,
    )
    _scale(four[3], ROOT, bias=False)
    return nn.ModuleList(
        [
            nn.Sequential(four[0], Activated(four[1]), four[3], NormedMix(four[4], four[5]), Activated(four[6])),
            nn.Sequential(eight[0], NormedMix(eight[1], eight[2]), Activated(eight[3])),
            nn.Sequential(sixteen[0], Activated(sixteen[1])),
            nn.Sequential(thirty_two[0], NormedMix(thirty_two[1], thirty_two[2]), Activated(thirty_two[3])),
        ]
    )


@torch.no_grad()
def _split(mix: nn.Module) -> list[nn.Conv2d]:
    """Split a 1 x 1 convolution of four maps into one for each; the first keeps the bias."""
    weight = mix.get_parameter("weight")
    parts = weight.chunk(weight.shape[1] // WIDTH, dim=1)
    convolutions = [nn.Conv2d(WIDTH, WIDTH, 1, bias=not number) for number in range(len(parts))]
    for convolution, part in zip(convolutions, parts, strict=True):
        convolution.weight.copy_(part)
    convolutions[0].get_parameter("bias").copy_(mix.get_parameter("bias"))
    return convolutions


@torch.no_grad()
def _scale(layer: nn.Module, factor: float, *, bias: bool) -> None:
    """Multiply the weights of a layer, and its bias or not."""
    layer.get_parameter("weight").mul_(factor)
    if bias:
        layer.get_parameter("bias").mul_(factor)
