"""Networks in the form their authors wrote them, with the same weights: what the families are measured against.

What a family prepares before it exports (folded norms, precomputed tables, attention written out) is not done here.
"""

from __future__ import annotations

from types import MethodType
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from dtmodels.families import Job, depth_anything, lama, nafnet, nind_unet, rrdb, sam2
from dtmodels.families import _vit as vit
from dtmodels.families._ffc import FourierUnit, Generator
from dtmodels.families._hiera import GRID, WINDOW, Hiera
from dtmodels.families._nafnet import ChannelNorm as NafNorm
from dtmodels.families._nafnet import NAFNet
from dtmodels.families._sam_graphs import Clicks
from dtmodels.families._sam_layers import ChannelNorm as SamNorm
from dtmodels.families._seeded import Recipe
from dtmodels.families._unets import UNet, UtNet2
from dtmodels.families._weights import fill


class PlainNorm(nn.Module):
    """Normalisation over channels in single steps."""

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
    """NAFNet, which pads and crops by itself."""

    def __init__(self, network: NAFNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        """`[1, 3, H, W]` to the same."""
        height, width = image.shape[2:]
        result: Tensor = self.network(F.pad(image, (0, -width % 16, 0, -height % 16)))[:, :, :height, :width]
        return result


class PlainDecoder(Clicks):
    """The decoder of SAM 2.1 with everything that depends on no click worked out in the graph."""

    def forward(  # noqa: PLR0917 - a graph's inputs have an order
        self, fine: Tensor, middle: Tensor, image: Tensor, points: Tensor, labels: Tensor, mask: Tensor, present: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """See `Clicks.decode`."""
        tokens = self.prompts.points(points, labels, self.prompts.label_table())
        cells = image + self.prompts.mask(mask, present)
        own, features = self.decoder.tokens(), (fine, middle)
        masks, quality = self.decoder(cells, self.prompts.grid(), own, tokens, features)
        return masks, quality, masks.clamp(-sam2.LIMIT, sam2.LIMIT)


def denoiser(job: Job) -> nn.Module:
    """NAFNet."""
    network = NAFNet(32, (2, 2, 4, 8), 12, (2, 2, 2, 2))
    fill(network, job, "weights", nafnet.LAYOUT, nafnet.RECIPE)
    return PaddedNAFNet(_plain_norms(network))


def unet(job: Job) -> nn.Module:
    """The UNet of NIND."""
    network = UNet()
    fill(network, job, "weights", nind_unet.LAYOUT, nind_unet.RECIPE)
    return network


def raw(job: Job) -> nn.Module:
    """UtNet2 for the one sensor the job's card names."""
    (sensor,) = (checkpoint.name for checkpoint in job.card.checkpoints)
    network = UtNet2(4, enlarge_first=True) if sensor == "bayer" else UtNet2(3)
    fill(network, job, sensor, nind_unet.LAYOUT, nind_unet.RECIPE)
    return network


def upscaler(job: Job) -> nn.Module:
    """RRDBNet of the one scale the job's card names."""
    (scale,) = (checkpoint.name for checkpoint in job.card.checkpoints)
    network = rrdb.RRDBNet(rrdb.SCALES[scale])
    fill(network, job, scale, rrdb.LAYOUT, rrdb.RECIPE)
    return network


def eraser(job: Job) -> nn.Module:
    """LaMa with Fourier transforms as such."""
    side = job.card.package.attributes["input_sizes"][0]
    generator = Generator(side, side)
    fill(generator, job, lama.CHECKPOINT, lama.LAYOUT, lama.RECIPE)
    for module in generator.modules():
        if isinstance(module, FourierUnit):
            module.forward = MethodType(_fourier, module)  # type: ignore[method-assign]
    return lama.Erase(generator)


def _fourier(unit: FourierUnit, features: Tensor) -> Tensor:
    batch, _, height, width = features.shape
    waves = torch.view_as_real(torch.fft.rfftn(features, dim=(-2, -1), norm="ortho"))
    spectrum = waves.permute(0, 1, 4, 2, 3).reshape(batch, -1, height, width // 2 + 1)
    mixed = torch.relu(unit.bn(unit.conv_layer(spectrum)))
    pairs = mixed.reshape(batch, -1, 2, height, width // 2 + 1).permute(0, 1, 3, 4, 2).contiguous()
    return torch.fft.irfftn(torch.view_as_complex(pairs), s=(height, width), dim=(-2, -1), norm="ortho")


def encoder(job: Job) -> nn.Module:
    """The encoder of SAM 2.1."""
    network = _sam(job)
    for module in network.modules():
        if hasattr(module, "_attend"):
            module._attend = _attention
        if isinstance(module, Hiera):
            module.position = MethodType(_position, module)  # type: ignore[method-assign]
    return network


def decoder(job: Job) -> nn.Module:
    """The decoder of SAM 2.1."""
    network = _sam(job)
    return PlainDecoder(network.sam_prompt_encoder, network.sam_mask_decoder, limit=sam2.LIMIT)


def depth(job: Job) -> nn.Module:
    """Depth Anything V2 small."""
    variant = depth_anything.VARIANTS["v2-small"]
    network = depth_anything.DepthAnything(variant)
    fill(network, job, depth_anything.CHECKPOINT, variant.layouts["original"], variant.recipe)
    vit._gelu = F.gelu
    return network


def _sam(job: Job) -> Any:
    network = sam2.network("tiny")
    fill(network, job, sam2.CHECKPOINT, sam2.LAYOUT, Recipe())
    return _plain_norms(network)


def _attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    mixed = F.scaled_dot_product_attention(query, key, value).transpose(1, 2)
    return mixed.reshape(mixed.shape[0], -1, mixed.shape[2] * mixed.shape[3])


def _position(trunk: Hiera) -> Tensor:
    wide = F.interpolate(trunk.pos_embed, size=(GRID, GRID), mode="bicubic")
    times = GRID // WINDOW
    return (wide + trunk.pos_embed_window.tile(1, 1, times, times)).permute(0, 2, 3, 1)


def _plain_norms(network: nn.Module) -> Any:
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, NafNorm | SamNorm):
                epsilon = child.eps if isinstance(child, SamNorm) else 1e-6
                setattr(module, name, PlainNorm(child.weight, child.bias, float(epsilon)))
    return network
