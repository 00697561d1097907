"""LaMa (Suvorov et al. 2022, https://arxiv.org/abs/2109.07161): inpaints masked regions.

Option `entry`: see `_checkpoint_entry`. `input_sizes` of the card is the side of the image. Checkpoint: `weights`, the
authors' `best.ckpt`, a file of a trainer, of which only the generator is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from dtmodels.families import Job
from dtmodels.families._export import example_input, export
from dtmodels.families._ffc import REDUCTION, Generator
from dtmodels.families._ffc_fold import fold_generator
from dtmodels.families._options import tile_size
from dtmodels.families._seeded_weights import Recipe
from dtmodels.families._state_dict_mapping import Layout
from dtmodels.families._weights import load_weights

OPTIONS = ("entry",)

CHECKPOINT = "weights"
TRAINER = (
    "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
    "omegaconf.base.ContainerMetadata",
    "omegaconf.base.Metadata",
    "omegaconf.dictconfig.DictConfig",
    "omegaconf.listconfig.ListConfig",
    "omegaconf.nodes.AnyNode",
    "collections.defaultdict",
    "typing.Any",
    *(f"{module}.{name}" for module in ("builtins", "__builtin__") for name in ("dict", "int", "list", "long")),
)
"""Classes of the trainer's settings in the same file; they are neither used nor imported."""
LAYOUT = Layout(key="state_dict", prefix="generator.", inert=TRAINER)
RECIPE = Recipe(
    gain=0.4,
    factors={
        "generator.model.1.ffc.convl2l.weight": 10.0,
        **{f"generator.model.{number}.ffc.convl2l.weight": 4.0 for number in (2, 3, 4)},
        "generator.model.4.ffc.convl2g.weight": 4.0,
        **{f"generator.model.{number}.weight": 5.0 for number in (24, 27, 30)},
        "generator.model.34.weight": 0.9,
    },
)


class Erase(nn.Module):
    """Generator with masking of its input and blending of its output.

    Pixels inside the mask are not used; pixels outside it are returned bit-identical.
    """

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        """Inpaint the masked region.

        Args:
            image: [1, 3, height, width] in 0..1, sRGB-encoded.
            mask: [1, 1, height, width], 1 in the masked region and 0 elsewhere.
        """
        unmasked = image * (1 - mask)
        inpainted: Tensor = self.generator(torch.cat([unmasked, mask], dim=1))
        return mask * inpainted + unmasked


def convert(job: Job) -> Mapping[str, Any]:
    """Write `model.onnx`: `image` [1, 3, T, T] in 0..1 and `mask` [1, 1, T, T] to `output` [1, 3, T, T] in 0..1.

    Raises:
        Failure: the card has no size, or the checkpoint is of another network.
    """
    size = tile_size(job.card, "model", REDUCTION)
    generator = Generator(size, size)
    load_weights(generator, job, CHECKPOINT, LAYOUT, RECIPE)
    fold_generator(generator)
    example = {"image": example_input(1, 3, size, size), "mask": example_input(1, 1, size, size).round()}
    export(Erase(generator), example, ["output"], job.output / "model.onnx")
    return {}
