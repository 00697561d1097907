"""RRDBNet (Wang et al. 2018, https://arxiv.org/abs/1809.00219), as used by BSRGAN to upscale by two and by four.

Options: `features`, `blocks`, `growth`; the defaults are those of BSRGAN. Checkpoints: `x2` and `x4`, each the
authors' file and each a graph of its own; a card may leave one out.
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
from dtmodels.families._seeded_weights import Recipe
from dtmodels.families._state_dict_mapping import Layout
from dtmodels.families._weights import load_weights

OPTIONS = ("features", "blocks", "growth")

SCALES = {"x2": 2, "x4": 4}
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
    """The network, with the parameter names of the published checkpoints.

    Args:
        scale: 2 or 4.
        features: channels of the trunk.
        blocks: residual-in-residual dense blocks in the trunk.
        growth: channels that each convolution of a dense block adds.
    """

    def __init__(self, scale: int, features: int = 64, blocks: int = 23, growth: int = 32) -> None:
        super().__init__()
        self.conv_first = nn.Conv2d(3, features, 3, padding=1)
        self.RRDB_trunk = nn.Sequential(*(ResidualInResidualDenseBlock(features, growth) for _ in range(blocks)))
        self.trunk_conv = nn.Conv2d(features, features, 3, padding=1)
        self.upconv1 = nn.Conv2d(features, features, 3, padding=1)
        self.upconv2 = nn.Conv2d(features, features, 3, padding=1) if scale == SCALES["x4"] else None
        self.HRconv = nn.Conv2d(features, features, 3, padding=1)
        self.conv_last = nn.Conv2d(features, 3, 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        """`[1, 3, H, W]` in 0..1 to `[1, 3, scale * H, scale * W]`."""
        first = self.conv_first(image)
        x = first + self.trunk_conv(self.RRDB_trunk(first))
        for conv in (self.upconv1, self.upconv2):
            if conv is not None:
                x = leaky_relu(conv(functional.interpolate(x, scale_factor=2.0, mode="nearest")))
        upscaled: Tensor = self.conv_last(leaky_relu(self.HRconv(x)))
        return upscaled


def convert(job: Job) -> Mapping[str, Any]:
    """Write `model_x2.onnx` and `model_x4.onnx`: `input` [1, 3, T, T] in 0..1 to `output`, of size 2 T or 4 T.

    Raises:
        Failure: a checkpoint has another name than `x2` or `x4`.
    """
    card = job.card
    named = [checkpoint.name for checkpoint in card.checkpoints]
    if not named or (unknown := set(named) - set(SCALES)):
        what = f"has checkpoints named {', '.join(sorted(unknown))}" if named else "names no checkpoint"
        raise Failure(what, where=f"models/{card.id}/card.yaml", fix="name them x2 and x4")
    for name in named:
        size = tile_size(card, f"model_{name}", 1)
        shape = (option(card, "features", 64), option(card, "blocks", 23), option(card, "growth", 32))
        network = RRDBNet(SCALES[name], *shape)
        load_weights(network, job, name, LAYOUT, RECIPE)
        example, reference = ({"input": example_input(1, 3, side, side)} for side in (size, min(size, PARITY_SIDE)))
        export(network, example, ["output"], job.output / f"model_{name}.onnx", parity_inputs=reference)
    return {}
