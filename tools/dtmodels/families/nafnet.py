"""NAFNet (Chen et al. 2022, https://arxiv.org/abs/2204.04676): a U-Net without activation functions.

Options: `width`, `encoder_blocks`, `middle_blocks`, `decoder_blocks`; the defaults are those of the SIDD checkpoint
of width 32. Checkpoint: `weights`, the authors' file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dtmodels.families import Job
from dtmodels.families._export import example_input, export
from dtmodels.families._nafnet import NAFNet
from dtmodels.families._nafnet_inference import replace_blocks
from dtmodels.families._options import option, positive_integers, tile_size
from dtmodels.families._seeded_weights import Recipe
from dtmodels.families._state_dict_mapping import Layout
from dtmodels.families._weights import load_weights

OPTIONS = ("entry", "width", "encoder_blocks", "middle_blocks", "decoder_blocks")

CHECKPOINT = "weights"
LAYOUT = Layout(key="params")
RECIPE = Recipe()


def convert(job: Job) -> Mapping[str, Any]:
    """Write `model.onnx`: `input` [1, 3, T, T], sRGB-encoded in 0..1, to `output` of the same shape."""
    card = job.card
    network = NAFNet(
        option(card, "width", 32),
        positive_integers(card, "encoder_blocks", (2, 2, 4, 8)),
        option(card, "middle_blocks", 12),
        positive_integers(card, "decoder_blocks", (2, 2, 2, 2)),
    )
    size = tile_size(card, "model", network.multiple)
    load_weights(network, job, CHECKPOINT, LAYOUT, RECIPE)
    export(replace_blocks(network), {"input": example_input(1, 3, size, size)}, ["output"], job.output / "model.onnx")
    return {}
