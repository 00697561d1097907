"""Reference networks: the form that their authors wrote, with the same weights, as baseline of the families.

Optimisations of a family before export (folded norms, precomputed tables, explicit attention) are omitted here.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from dtmodels.families import (
    Job,
    _hiera,
    _sam_vit,
    _segnext_network,
    _tiny_vit,
    depth_anything,
    lama,
    nafnet,
    nind_unet,
    realplksr,
    rrdb,
    sam2,
    sam_hq,
    segnext,
)
from dtmodels.families._ffc import FourierUnit, Generator
from dtmodels.families._hiera import GRID, WINDOW, Hiera
from dtmodels.families._nafnet import ChannelNorm as NafNorm
from dtmodels.families._nafnet import NAFNet
from dtmodels.families._realplksr_network import RealPLKSR, Sizes
from dtmodels.families._sam_graphs import PromptMaskDecoder
from dtmodels.families._sam_hq_network import SamHq
from dtmodels.families._sam_layers import ChannelNorm as SamNorm
from dtmodels.families._sam_layers import scaled_dot_product_attention
from dtmodels.families._seeded_weights import Recipe
from dtmodels.families._segnext_clicks import Disks
from dtmodels.families._segnext_network import EVERYWHERE, WINDOWS, Backbone, SegNext
from dtmodels.families._segnext_network import GRID as TOKENS
from dtmodels.families._unets import UNet, UtNet2
from dtmodels.families._weights import load_weights


class ReferenceNorm(nn.Module):
    """Normalisation over channels in separate operators."""

    def __init__(self, weight: Tensor, bias: Tensor, epsilon: float) -> None:
        super().__init__()
        self.weight, self.bias, self.epsilon = weight, bias, epsilon

    def forward(self, x: Tensor) -> Tensor:
        """`[1, C, H, W]` to the same shape."""
        mean = x.mean(1, keepdim=True)
        variance = (x - mean).pow(2).mean(1, keepdim=True)
        shape = (1, -1, 1, 1)
        normed = (x - mean) / torch.sqrt(variance + self.epsilon)
        return self.weight.view(shape) * normed + self.bias.view(shape)


class PaddedNAFNet(nn.Module):
    """NAFNet that pads and crops its input itself."""

    def __init__(self, network: NAFNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        """`[1, 3, H, W]` to the same."""
        height, width = image.shape[2:]
        result: Tensor = self.network(F.pad(image, (0, -width % 16, 0, -height % 16)))[:, :, :height, :width]
        return result


class _Unoptimised(PromptMaskDecoder):
    """Decoder without precomputed constants: the graph computes them at each call."""

    def decode(
        self,
        image: Tensor,
        features: tuple[Tensor, ...],
        clicks: tuple[Tensor, Tensor],
        previous: tuple[Tensor, Tensor],
    ) -> tuple[Tensor, Tensor, Tensor]:
        """See `PromptMaskDecoder.decode`."""
        tokens = self.prompts.points(*clicks, self.prompts.label_table())
        mask, present = previous
        absent = self.prompts.no_mask_embed.weight.reshape(1, -1, 1, 1)
        embedding = image + present * self.prompts.mask_downscaling(mask) + (1 - present) * absent
        masks, quality = self.decoder(embedding, self.prompts.grid(), self.decoder.tokens(), tokens, features)
        return masks, quality, masks.clone() if self._limit is None else masks.clamp(-self._limit, self._limit)


class ReferenceSam2(_Unoptimised, sam2.Decoder):
    """The decoder of SAM 2.1."""


class ReferenceSamHq(_Unoptimised, sam_hq.Decoder):
    """The decoder of HQ-SAM."""


def denoiser(job: Job) -> nn.Module:
    """NAFNet."""
    network = NAFNet(32, (2, 2, 4, 8), 12, (2, 2, 2, 2))
    load_weights(network, job, "weights", nafnet.LAYOUT, nafnet.RECIPE)
    return PaddedNAFNet(_reference_norms(network))


def unet(job: Job) -> nn.Module:
    """The UNet of NIND."""
    network = UNet()
    load_weights(network, job, "weights", nind_unet.LAYOUT, nind_unet.RECIPE)
    return network


def raw(job: Job) -> nn.Module:
    """UtNet2 for the sensor that the job's card names."""
    (sensor,) = (checkpoint.name for checkpoint in job.card.checkpoints)
    network = UtNet2(4, upscale_first=True) if sensor == "bayer" else UtNet2(3)
    load_weights(network, job, sensor, nind_unet.LAYOUT, nind_unet.RECIPE)
    return network


def upscaler(job: Job) -> nn.Module:
    """RRDBNet of the scale that the job's card names."""
    (scale,) = (checkpoint.name for checkpoint in job.card.checkpoints)
    network = rrdb.RRDBNet(rrdb.SCALES[scale])
    load_weights(network, job, scale, rrdb.LAYOUT, rrdb.RECIPE)
    return network


def large_kernel_upscaler(job: Job) -> nn.Module:
    """RealPLKSR of the scale and the variant that the job's card names."""
    (scale,) = (checkpoint.name for checkpoint in job.card.checkpoints)
    sizes = Sizes(scale=realplksr.SCALES[scale], **job.card.convert.options)
    network = RealPLKSR(sizes)
    load_weights(network, job, scale, realplksr.LAYOUT, realplksr.recipe(sizes))
    return network


def eraser(job: Job) -> nn.Module:
    """LaMa with torch's Fourier transforms."""
    side = job.card.package.attributes["input_sizes"][0]
    generator = Generator(side, side)
    load_weights(generator, job, lama.CHECKPOINT, lama.LAYOUT, lama.RECIPE)
    for module in generator.modules():
        if isinstance(module, FourierUnit):
            module.forward = MethodType(_fourier, module)  # type: ignore[method-assign]
    return lama.Erase(generator)


def _fourier(unit: FourierUnit, features: Tensor) -> Tensor:
    batch, _, height, width = features.shape
    transformed = torch.view_as_real(torch.fft.rfftn(features, dim=(-2, -1), norm="ortho"))
    spectrum = transformed.permute(0, 1, 4, 2, 3).reshape(batch, -1, height, width // 2 + 1)
    mixed = torch.relu(unit.bn(unit.conv_layer(spectrum)))
    pairs = mixed.reshape(batch, -1, 2, height, width // 2 + 1).permute(0, 1, 3, 4, 2).contiguous()
    return torch.fft.irfftn(torch.view_as_complex(pairs), s=(height, width), dim=(-2, -1), norm="ortho")


def encoder(job: Job) -> nn.Module:
    """The encoder of a Segment Anything model."""
    network = _sam(job)
    for module in network.modules():
        if hasattr(module, "_attend"):
            module._attend = _attention
        if isinstance(module, Hiera):
            module.position = MethodType(_position, module)  # type: ignore[method-assign]
    _sam_vit.attend_by_head = _all_heads
    for layers in (_hiera, _sam_vit, _tiny_vit):
        layers.split_windows, layers.join_windows = _split_windows, _join_windows
    return network


def decoder(job: Job) -> nn.Module:
    """The decoder of a Segment Anything model."""
    network = _sam(job)
    if isinstance(network, SamHq):
        return ReferenceSamHq(network.prompt_encoder, network.mask_decoder, limit=None)
    return ReferenceSam2(network.sam_prompt_encoder, network.sam_mask_decoder, limit=sam2.LOGIT_LIMIT)


def click_encoder(job: Job) -> nn.Module:
    """The encoder of SegNext, with windows that are cut and joined in each block."""
    backbone = _segnext(job).backbone
    backbone.forward = MethodType(_by_block, backbone)  # type: ignore[method-assign]
    return backbone


class ClickDecoder(nn.Module):
    """The decoder of SegNext, with the sigmoid that darktable needs."""

    def __init__(self, network: SegNext) -> None:
        super().__init__()
        self.network, self.disks = network, Disks()

    def forward(self, image_feats: Tensor, clicks: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
        """See `dtmodels.families.segnext.convert`."""
        return self.network.logits(image_feats, torch.cat([mask, self.disks(clicks, labels)], 1)).sigmoid()


def click_decoder(job: Job) -> nn.Module:
    """The decoder of SegNext."""
    return ClickDecoder(_segnext(job))


def _segnext(job: Job) -> SegNext:
    network = SegNext()
    load_weights(network, job, segnext.CHECKPOINT, segnext.LAYOUT, segnext.RECIPE)
    _segnext_network.attend_by_head = _all_heads
    return network


def _by_block(backbone: Backbone, image: Tensor) -> Tensor:
    patches = backbone.patch_embed["proj"]((image - backbone.mean) / backbone.deviation)
    tokens = patches.flatten(2).transpose(1, 2) + backbone.pos_embed[:, 1:]
    for number, block in enumerate(backbone.blocks):
        if number in EVERYWHERE:
            tokens = block(tokens)
            continue
        windows = _split_windows(tokens.reshape(1, TOKENS, TOKENS, -1), TOKENS // WINDOWS)
        mixed = block(windows.flatten(1, 2)).reshape(windows.shape)
        tokens = _join_windows(mixed, TOKENS, TOKENS).flatten(1, 2)
    return tokens.transpose(1, 2).reshape(1, -1, TOKENS, TOKENS)


def depth(job: Job) -> nn.Module:
    """Depth Anything of the version that the job's card names."""
    variant = depth_anything.VARIANTS[str(job.card.convert.options["network"])]
    network = depth_anything.DepthAnything(variant)
    load_weights(network, job, depth_anything.CHECKPOINT, variant.layouts["original"], variant.recipe)
    return network


def _sam(job: Job) -> Any:
    variant = str(job.card.convert.options["variant"])
    network: nn.Module
    if variant in sam2.SIZES:
        network = sam2.network(variant)
        load_weights(network, job, sam2.CHECKPOINT, sam2.LAYOUT, Recipe())
    else:
        network = sam_hq.network(variant)
        load_weights(network, job, sam_hq.CHECKPOINT, sam_hq.LAYOUTS[variant], Recipe())
    return _reference_norms(network)


def _attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    mixed = F.scaled_dot_product_attention(query, key, value).transpose(1, 2)
    return mixed.reshape(mixed.shape[0], -1, mixed.shape[2] * mixed.shape[3])


def _all_heads(query: Tensor, key: Tensor, value: Tensor, bias: Callable[[int], Tensor] | None = None) -> Tensor:
    """Attention of all heads at once; `bias` returns the bias of one head."""
    every = torch.cat([bias(number) for number in range(query.shape[1])], 1) if bias else None
    return scaled_dot_product_attention(query, key, value, every)


def _split_windows(image: Tensor, side: int) -> Tensor:
    """As `_sam_layers.split_windows`, with Python integers: the older exporter rounds negative quotients up."""
    height, width, channels = map(int, image.shape[1:])
    padded = F.pad(image, (0, 0, 0, -width % side, 0, -height % side))
    rows, columns = -(-height // side), -(-width // side)
    return padded.view(rows, side, columns, side, channels).transpose(1, 2).reshape(-1, side, side, channels)


def _join_windows(cut: Tensor, height: int, width: int) -> Tensor:
    """As `_sam_layers.join_windows`; see `_split_windows`."""
    side, channels, height, width = int(cut.shape[1]), int(cut.shape[3]), int(height), int(width)
    rows, columns = -(-height // side), -(-width // side)
    image = cut.view(rows, columns, side, side, channels).transpose(1, 2)
    return image.reshape(1, rows * side, columns * side, channels)[:, :height, :width]


def _position(trunk: Hiera) -> Tensor:
    resampled = F.interpolate(trunk.pos_embed, size=(GRID, GRID), mode="bicubic")
    times = GRID // WINDOW
    return (resampled + trunk.pos_embed_window.tile(1, 1, times, times)).permute(0, 2, 3, 1)


def _reference_norms(network: nn.Module) -> Any:
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, NafNorm | SamNorm):
                epsilon = child.eps if isinstance(child, SamNorm) else 1e-6
                setattr(module, name, ReferenceNorm(child.weight, child.bias, float(epsilon)))
    return network
