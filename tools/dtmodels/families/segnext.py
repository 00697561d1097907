"""SegNext (Liu et al. 2024, https://arxiv.org/abs/2404.00741): a mask of the object under clicks, of probabilities.

The checkpoint is called `weights`. Two fusion blocks, as in the authors' files of 435 MB (`sax2`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from dtmodels.families import Job
from dtmodels.families._export import example_input, export
from dtmodels.families._seeded_weights import Recipe
from dtmodels.families._segnext_inference import Decoder
from dtmodels.families._segnext_network import CHANNELS, GRID, SIDE, SegNext
from dtmodels.families._state_dict_mapping import Layout
from dtmodels.families._weights import load_weights

OPTIONS = ("entry",)

CHECKPOINT = "weights"
LAYOUT = Layout(key="state_dict", unused=(r"backbone\.fc_norm\.(weight|bias)",))
RECIPE = Recipe(
    factors={
        "visual_prompts_encoder.proj.weight": 12.0,
        "head.convs.0.conv.weight": 0.3,
        "head.convs.1.conv.weight": 0.6,
        "head.seg_conv.weight": 4.0,
    },
    offsets={"head.seg_conv.bias": -1.0},
)
"""A click that is seen beside the image, and a mask that changes slowly."""
FEATURES = {"image_feats": (1, CHANNELS, GRID, GRID)}
"""Output of the encoder."""
OUTPUTS = ("mask",)
CLICKS = ((0.3, 0.4, 1.0), (0.7, 0.6, 1.0), (0.02, 0.03, 0.0))
"""Clicks of the example, as x and y within 0..1 and label; the graph accepts any number."""


def example_prompts() -> dict[str, Tensor]:
    """Example of the decoder's inputs after the features: clicks of both kinds, and a previous mask."""
    clicks = torch.tensor([CLICKS])
    return {
        "point_coords": SIDE * clicks[..., :2],
        "point_labels": clicks[..., 2],
        "mask_input": example_input(1, 1, SIDE, SIDE),
    }


def convert(job: Job) -> Mapping[str, Any]:
    """Write `encoder.onnx` and `decoder.onnx`.

    The encoder takes `image` [1, 3, 1024, 1024] in 0..1 and returns `image_feats` [1, 768, 64, 64]. The decoder takes
    it, then `point_coords` [1, N, 2] in pixels, `point_labels` [1, N], 1 or 0, and `mask_input` [1, 1, 1024, 1024], its
    own last output or zeros, and returns `mask`, of the same shape: probabilities.

    Raises:
        Failure: the checkpoint is not of SegNext with two fusion blocks.
    """
    network = SegNext()
    load_weights(network, job, CHECKPOINT, LAYOUT, RECIPE)
    image = {"image": example_input(1, 3, SIDE, SIDE)}
    export(network.backbone, image, list(FEATURES), job.output / "encoder.onnx")
    features = {name: example_input(*shape) for name, shape in FEATURES.items()}
    clicks = {name: {1: "points"} for name in ("point_coords", "point_labels")}
    inputs, file = features | example_prompts(), job.output / "decoder.onnx"
    export(Decoder(network), inputs, OUTPUTS, file, symbols=clicks)
    return {}
