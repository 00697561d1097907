"""RRDBNet (Wang et al. 2018, https://arxiv.org/abs/1809.00219): ESRGAN, Real-ESRGAN, BSRGAN and their descendants.

Checkpoints: `x1`, `x2`, `x4`, `x8` and `x16`, each the authors' file and each a graph of its own; a card may leave some
out. darktable's task upscale takes `x2` and `x4`; `x1`, which restores without upscaling, is for denoise. The file
itself says its naming, its scale and its sizes (`_rrdb_file`); a scale of three looks like two, and is taken for it.

Options: `features`, `blocks` and `growth` of seeded weights, by default those of BSRGAN; if a card states them, its
files have to agree. `entry` names the entry of a file with several.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from dtbase.system.errors import Failure
from dtmodels.families import Job
from dtmodels.families._export import example_input, export
from dtmodels.families._options import option, tile_size
from dtmodels.families._rrdb_file import read_rrdb
from dtmodels.families._seeded_weights import Recipe
from dtmodels.families._state_dict_mapping import Layout, map_state_dict
from dtmodels.families._weights import checkpoint_of, load_weights, read_tensors

SIZES = {"features": 64, "blocks": 23, "growth": 32}
"""Sizes of BSRGAN, Real-ESRGAN x4plus and most others."""
OPTIONS = ("entry", *SIZES)

SCALES = {"x1": 1, "x2": 2, "x4": 4, "x8": 8, "x16": 16}
LAYOUT = Layout()
RECIPE = Recipe()
NEGATIVE_SLOPE = 0.2
"""Negative slope of the leaky ReLUs."""
RESIDUAL_SCALE = 0.2
"""Scale of the residuals of a dense block, and of three blocks together."""
PARITY_SIDE = 64
"""Side of the square image for the parity check. The network is fully convolutional, and one call takes 40 CPU seconds
at darktable's usual tile size."""


def leaky_relu(x: Tensor) -> Tensor:
    """The activation function of the whole network."""
    return functional.leaky_relu(x, NEGATIVE_SLOPE)


class DenseBlock(nn.Module):
    """Five convolutions, each with the outputs of all previous ones as input."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(features, growth, 3, padding=1)
        self.conv2 = nn.Conv2d(features + growth, growth, 3, padding=1)
        self.conv3 = nn.Conv2d(features + 2 * growth, growth, 3, padding=1)
        self.conv4 = nn.Conv2d(features + 3 * growth, growth, 3, padding=1)
        self.conv5 = nn.Conv2d(features + 4 * growth, features, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """`[1, F, H, W]` to the same shape."""
        features_so_far = x
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            features_so_far = torch.cat([features_so_far, leaky_relu(conv(features_so_far))], dim=1)
        added: Tensor = self.conv5(features_so_far)
        return x + RESIDUAL_SCALE * added


class ResidualInResidualDenseBlock(nn.Module):
    """Three dense blocks with a residual connection."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.RDB1 = DenseBlock(features, growth)
        self.RDB2 = DenseBlock(features, growth)
        self.RDB3 = DenseBlock(features, growth)

    def forward(self, x: Tensor) -> Tensor:
        """`[1, F, H, W]` to the same shape."""
        added: Tensor = self.RDB3(self.RDB2(self.RDB1(x)))
        return x + RESIDUAL_SCALE * added


class RRDBNet(nn.Module):
    """The network, with the parameter names of BSRGAN's checkpoints.

    Args:
        scale: size of the output, as a multiple of the input's: a power of two.
        features: channels of the trunk.
        blocks: residual-in-residual dense blocks in the trunk.
        growth: channels that each convolution of a dense block adds.
        unshuffle: factor by which the image is reduced first; its pixels become channels.
    """

    def __init__(self, scale: int, features: int = 64, blocks: int = 23, growth: int = 32, unshuffle: int = 1) -> None:
        super().__init__()
        self.unshuffle = unshuffle
        self.upscalings = (scale * unshuffle).bit_length() - 1
        self.conv_first = nn.Conv2d(3 * unshuffle**2, features, 3, padding=1)
        self.RRDB_trunk = nn.Sequential(*(ResidualInResidualDenseBlock(features, growth) for _ in range(blocks)))
        self.trunk_conv = nn.Conv2d(features, features, 3, padding=1)
        for step in range(1, self.upscalings + 1):
            self.add_module(f"upconv{step}", nn.Conv2d(features, features, 3, padding=1))
        self.HRconv = nn.Conv2d(features, features, 3, padding=1)
        self.conv_last = nn.Conv2d(features, 3, 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        """`[1, 3, H, W]` in 0..1 to `[1, 3, scale * H, scale * W]`; H and W are multiples of `unshuffle`."""
        if self.unshuffle > 1:
            image = functional.pixel_unshuffle(image, self.unshuffle)
        first = self.conv_first(image)
        x = first + self.trunk_conv(self.RRDB_trunk(first))
        for step in range(1, self.upscalings + 1):
            x = functional.interpolate(x, scale_factor=2.0, mode="nearest")
            x = leaky_relu(self.get_submodule(f"upconv{step}")(x))
        upscaled: Tensor = self.conv_last(leaky_relu(self.HRconv(x)))
        return upscaled


def convert(job: Job) -> Mapping[str, Any]:
    """Write a graph for each checkpoint: `input` [1, 3, T, T] in 0..1 to `output`, larger by its scale.

    The graph of `x1` is `model.onnx`, that of the others `model_x2.onnx` and so on.

    Raises:
        Failure: a checkpoint is not named by its scale, or is of another network.
    """
    card = job.card
    named = [checkpoint.name for checkpoint in card.checkpoints]
    if not named or (unknown := set(named) - set(SCALES)):
        what = f"has checkpoints named {', '.join(sorted(unknown))}" if named else "names no checkpoint"
        raise Failure(what, where=f"models/{card.id}/card.yaml", fix=f"name them {', '.join(SCALES)}, by their scale")
    for name in named:
        network, layout = _network(job, name)
        load_weights(network, job, name, layout, RECIPE)
        file = "model" if name == "x1" else f"model_{name}"
        size = tile_size(card, file, network.unshuffle)
        example, reference = ({"input": example_input(1, 3, side, side)} for side in (size, min(size, PARITY_SIDE)))
        export(network, example, ["output"], job.output / f"{file}.onnx", parity_inputs=reference)
    return {}


def _network(job: Job, name: str) -> tuple[RRDBNet, Layout]:
    """The network of one checkpoint, and the layout of its file."""
    stated = {size: option(job.card, size, default) for size, default in SIZES.items()}
    if job.seed is not None:
        return RRDBNet(SCALES[name], **stated), LAYOUT
    where = str(checkpoint_of(job, name))
    tensors = read_tensors(job, name, LAYOUT)
    file = read_rrdb(tensors, where)
    if file.scale != SCALES[name]:
        known = [one for one, scale in SCALES.items() if scale == file.scale]
        what = f"changes the size by {file.scale:g}, but the card names it {name}"
        raise Failure(what, where=where, fix=f"name it {known[0]}" if known else f"use a file of {', '.join(SCALES)}")
    for size, value in file.sizes.items():
        if size in job.card.convert.options and stated[size] != value:
            what = f"the file has {size}: {value}, the card {stated[size]}"
            raise Failure(what, where=where, fix=f"remove convert.options.{size} from the card: the file decides")
    with torch.device("meta"):  # a damaged file could ask for more memory than there is
        shapes = RRDBNet(SCALES[name], **file.sizes, unshuffle=file.unshuffle).state_dict()
    map_state_dict(shapes, tensors, file.layout(), where=where)
    return RRDBNet(SCALES[name], **file.sizes, unshuffle=file.unshuffle), file.layout()
