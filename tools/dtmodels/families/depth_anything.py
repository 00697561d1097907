"""Depth Anything, versions 2 (https://arxiv.org/abs/2406.09414) and 3 (https://arxiv.org/abs/2511.10647), one image.

Options: `network` (`v2-small` or `v3-mono-large`) and `edition`, which names the tensors have: `original`, those of
the authors' own file, or `hub`, those of the Hugging Face edition of v2-small. `input_sizes` of the card is the side
of the image, a multiple of 14. Checkpoint: `weights`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from dtmodels.families import Job
from dtmodels.families._depth_names import hub_name
from dtmodels.families._dpt import DptHead
from dtmodels.families._export import example_input, export
from dtmodels.families._options import choice, tile_size
from dtmodels.families._seeded_weights import Recipe
from dtmodels.families._state_dict_mapping import Layout, by_rules
from dtmodels.families._vit import PATCH, VisionTransformer
from dtmodels.families._weights import load_weights

OPTIONS = ("entry", "network", "edition")

CHECKPOINT = "weights"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Hyperparameters of one published network; see `VisionTransformer` and `DptHead`."""

    dim: int
    depth: int
    heads: int
    taps: tuple[int, ...]
    last_epsilon: float
    features: int
    widths: tuple[int, ...]
    version2: bool
    """True for version 2: inverse depth after a ReLU, and two tensors in the file that inference does not use."""
    layouts: Mapping[str, Layout]
    """Layout of the file, by edition."""
    recipe: Recipe


VARIANTS = {
    "v2-small": Variant(
        dim=384,
        depth=12,
        heads=6,
        taps=(2, 5, 8, 11),
        last_epsilon=1e-6,
        features=64,
        widths=(48, 96, 192, 384),
        version2=True,
        layouts={
            "original": Layout(names=by_rules([("^vit[.]", "pretrained."), ("^head[.]", "depth_head.")])),
            "hub": Layout(names=hub_name),
        },
        recipe=Recipe(offsets={"depth_head.scratch.output_conv2.2.bias": 3.5}),
    ),
    "v3-mono-large": Variant(
        dim=1024,
        depth=24,
        heads=16,
        taps=(4, 11, 17, 23),
        last_epsilon=1e-5,
        features=256,
        widths=(256, 512, 1024, 1024),
        version2=False,
        layouts={"original": Layout(prefix="model.", names=by_rules([("^vit[.]", "backbone.pretrained.")]))},
        recipe=Recipe(
            factors={"model.head.scratch.output_conv2.2.weight": 0.5},
            offsets={"model.head.scratch.sky_output_conv2.2.bias": 1.0},
        ),
    ),
}


class DepthAnything(nn.Module):
    """Vision transformer and DPT head.

    Version 2 returns inverse depth: near is high. Version 3 returns depth, far is high, and a sky score per pixel. The
    authors then set the depth of sky from a random sample of other pixels, which a graph cannot express.
    """

    def __init__(self, variant: Variant) -> None:
        super().__init__()
        self.version2 = version2 = variant.version2
        self.vit = VisionTransformer(
            dim=variant.dim,
            depth=variant.depth,
            heads=variant.heads,
            taps=variant.taps,
            last_epsilon=variant.last_epsilon,
            mask_token=version2,
        )
        self.head = DptHead(
            dim=variant.dim, features=variant.features, widths=variant.widths, sky=not version2, spare=version2
        )

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """[1, 3, height, width], ImageNet-normalised RGB, to maps [1, height, width]: depth, or depth and sky."""
        rows, columns = (side // PATCH for side in image.shape[-2:])
        maps = self.head(self.vit(image), rows, columns)
        return (torch.relu(maps[0]),) if self.version2 else (torch.exp(maps[0]), torch.relu(maps[1]))


def convert(job: Job) -> Mapping[str, Any]:
    """Write `model.onnx`: `image` [1, 3, T, T], ImageNet-normalised RGB, to `depth` and for version 3 also `sky`.

    Both are [1, T, T]. The caller stretches images that are not square.

    Raises:
        Failure: an option is invalid, or the checkpoint is of another variant or edition.
    """
    name = choice(job.card, "network", tuple(VARIANTS))
    variant = VARIANTS[name]
    edition = choice(job.card, "edition", tuple(variant.layouts))
    size = tile_size(job.card, "model", PATCH)
    network = DepthAnything(variant)
    # seeded weights use the authors' names for each edition, so that both editions get the same values
    layout = variant.layouts["original" if job.seed is not None else edition]
    load_weights(network, job, CHECKPOINT, layout, variant.recipe)
    network.vit.fix_size(size // PATCH, size // PATCH)
    outputs = ["depth"] if variant.version2 else ["depth", "sky"]
    export(network, {"image": example_input(1, 3, size, size)}, outputs, job.output / "model.onnx")
    return {}
