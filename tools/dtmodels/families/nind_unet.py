"""Denoisers trained on the Natural Image Noise Dataset: `unet` for sRGB images, `utnet2` for raw data.

Options: `network` (unet or utnet2) and, for utnet2, `width`, `bayer` (`preupsample` upscales the Bayer
planes before the first convolution, `shuffle` after the last one; the checkpoint does not say which) and
`match_mean` (see `MeanMatchedOutput`). Checkpoints: `weights` for unet, `bayer` and `linear` for utnet2; each the
authors' file and each a graph of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from dtbase.system.errors import Failure
from dtmodels.families import Job
from dtmodels.families._export import example_input, export
from dtmodels.families._fold import fold_norm
from dtmodels.families._options import choice, option, tile_size
from dtmodels.families._seeded_weights import Recipe
from dtmodels.families._state_dict_mapping import Layout
from dtmodels.families._unets import UNet, UtNet2
from dtmodels.families._weights import load_weights

OPTIONS = ("entry", "network", "width", "bayer", "match_mean")

CHECKPOINT = "weights"
LAYOUT = Layout()
RAW_LAYOUT = Layout(graphs=True)
"""The linear network is published with a digest as a graph only."""
RECIPE = Recipe(gain=1.4)
MULTIPLE = 16
"""Sides of what the network processes are a multiple of this: each of four levels halves the size."""
CHANNELS = {"bayer": 4, "linear": 3}
MIN_MEAN = 1e-6
"""Output means near or below this count as zero, so that a black tile stays black."""


class MeanMatchedOutput(nn.Module):
    """Wrapper that scales the output of a raw denoiser to the mean of its input, both green planes counted once.

    These networks were trained up to a scale factor. darktable would compute it from the means of four input planes and
    three output planes, which gives another value. So the graph does it, and the card has `output_scale: absolute`.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, planes: Tensor) -> Tensor:
        """`[1, 4, H, W]`, planes R, G, G, B, to `[1, 3, 2 H, 2 W]`; or `[1, 3, H, W]` to the same shape."""
        result: Tensor = self.network(planes)
        means = planes.mean(dim=(2, 3), keepdim=True)
        weights = [1.0, 0.5, 0.5, 1.0] if planes.shape[1] == CHANNELS["bayer"] else [1.0] * 3
        target = (means * torch.tensor(weights).reshape(1, -1, 1, 1)).sum(dim=1, keepdim=True) / 3
        mean = result.mean(dim=(1, 2, 3), keepdim=True)
        return result * (target * mean / (mean * mean + MIN_MEAN * MIN_MEAN))


def convert(job: Job) -> Mapping[str, Any]:
    """Write `model.onnx` (unet), or `model_bayer.onnx` and `model_linear.onnx` (utnet2), `input` to `output`.

    Raises:
        Failure: a checkpoint or an option does not belong to the network.
    """
    if choice(job.card, "network", ("unet", "utnet2")) == "unet":
        network = UNet()
        load_weights(network, job, CHECKPOINT, LAYOUT, RECIPE)
        _write(job, fold_batch_norm(network), "model", 3, MULTIPLE)
    else:
        for name in _sensors(job):
            multiple = MULTIPLE // 2 if _upscales_first(job, name) else MULTIPLE
            _write(job, _raw(job, name), f"model_{name}", CHANNELS[name], multiple)
    return {}


def fold_batch_norm(network: UNet) -> UNet:
    """Fold each batch normalisation into the convolution before it, in place, and return the network."""
    for layers in [module for module in network.modules() if isinstance(module, nn.Sequential)]:
        for index in range(len(layers) - 1):
            conv, norm = layers[index], layers[index + 1]
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                layers[index + 1] = fold_norm(norm, conv)
    return network


def _sensors(job: Job) -> list[str]:
    named = [checkpoint.name for checkpoint in job.card.checkpoints]
    if not named or set(named) - set(CHANNELS):
        what = f"its checkpoints are named {', '.join(named) or 'nothing'}"
        raise Failure(what, where=f"models/{job.card.id}/card.yaml", fix="name them bayer and linear")
    return named


def _raw(job: Job, name: str) -> nn.Module:
    card = job.card
    network = UtNet2(CHANNELS[name], option(card, "width", 32), upscale_first=_upscales_first(job, name))
    load_weights(network, job, name, RAW_LAYOUT, RECIPE)
    absolute = card.package.attributes.get(f"model_{name}", {}).get("output_scale") == "absolute"
    return MeanMatchedOutput(network) if option(card, "match_mean", False) and absolute else network


def _upscales_first(job: Job, name: str) -> bool:
    """True if the network doubles the size of the planes before its first level."""
    return name == "bayer" and choice(job.card, "bayer", ("shuffle", "preupsample")) == "preupsample"


def _write(job: Job, network: nn.Module, file: str, channels: int, multiple: int) -> None:
    size = tile_size(job.card, file, multiple)
    export(network, {"input": example_input(1, channels, size, size)}, ["output"], job.output / f"{file}.onnx")
