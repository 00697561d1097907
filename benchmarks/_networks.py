"""Networks whose conversion is measured, each with an example input and its authors' form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from benchmarks import _reference
from benchmarks._baseline_export import export_baseline, export_baseline_dynamo
from dtmodels.card.model import Card, Checkpoint, ConversionSettings, IntendedUse, License, PackageSettings, Source
from dtmodels.families import Job, depth_anything, lama, nafnet, nind_unet, realplksr, rrdb, sam2, sam_hq, segnext
from dtmodels.families._export import example_input
from dtmodels.families._sam_graphs import OUTPUTS, PROMPTS, example_prompts

SEED = 0
PHOTOGRAPH = Path(__file__).parents[1] / "images/proxy/chelsea.png"
MEAN, STANDARD_DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
Inputs = dict[str, Tensor]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One graph of a family, with its reference network and inputs."""

    family: ModuleType
    reference: Callable[[Job], nn.Module]
    tile: int
    inputs: Callable[[int], Inputs]
    outputs: tuple[str, ...] = ("output",)
    checkpoint: str = "weights"
    file: str = "model"
    options: Mapping[str, Any] = field(default_factory=dict)
    export: Callable[..., None] = export_baseline
    optimised: bool = True
    """True if darktable enables graph optimisation; False for decoders, which run at each click."""

    def job(self, directory: Path) -> Job:
        """The job of the convert stage, with seeded weights."""
        card = Card(
            schema=1,
            id="toy",
            name="toy",
            description="toy",
            task="toy",
            architecture="toy",
            version="1.0",
            status="draft",
            source=Source(repository="self", authors=()),
            license=License(weights="", code=""),
            use=IntendedUse(scope="", inference="", network="", telemetry=""),
            convert=ConversionSettings(family="toy", options=self.options),
            package=PackageSettings(type="single", attributes={"input_sizes": [self.tile]}),
            checkpoints=(Checkpoint(name=self.checkpoint, file="none"),),
        )
        return Job(card=card, checkpoints={}, output=directory, seed=SEED)


def photograph(side: int, *, normalised: bool = False) -> Tensor:
    """A square of a photograph, `[1, 3, side, side]` in 0..1, or ImageNet-normalised."""
    with Image.open(PHOTOGRAPH) as image:
        square = image.convert("RGB").crop((60, 0, 360, 300)).resize((side, side), Image.Resampling.BICUBIC)
    values = np.asarray(square, np.float32) / 255
    normed = (values - MEAN) / STANDARD_DEVIATION if normalised else values
    return torch.from_numpy(np.ascontiguousarray(normed.transpose(2, 0, 1)[None], np.float32))


def _image(side: int) -> Inputs:
    return {"input": photograph(side)}


def _mosaic(side: int) -> Inputs:
    red, green, blue = photograph(side).unbind(1)
    return {"input": torch.stack([red, green, green, blue], 1)}


def _masked_image(side: int) -> Inputs:
    mask = torch.zeros(1, 1, side, side)
    mask[..., side // 4 : side // 2, side // 3 : side // 2] = 1
    return {"image": photograph(side), "mask": mask}


def _normalised_image(side: int) -> Inputs:
    return {"image": photograph(side, normalised=True)}


def _prompts(features: Mapping[str, tuple[int, ...]]) -> Callable[[int], Inputs]:
    examples = {name: example_input(*shape) for name, shape in features.items()}
    return lambda _: examples | dict(zip(PROMPTS, example_prompts(), strict=True))


def _segmenter(family: ModuleType, variant: str) -> dict[str, Case]:
    """Both graphs of a mask model."""
    shared: dict[str, Any] = {"family": family, "tile": 1024, "options": {"variant": variant}}
    encoder = Case(
        reference=_reference.encoder, inputs=_normalised_image, outputs=tuple(family.FEATURES), file="encoder", **shared
    )
    decoder = Case(
        reference=_reference.decoder,
        inputs=_prompts(family.FEATURES),
        outputs=OUTPUTS,
        file="decoder",
        optimised=False,
        **shared,
    )
    return {"encoder": encoder, "decoder": decoder}


def _image_named(side: int) -> Inputs:
    return {"image": photograph(side)}


def _clicks(_: int) -> Inputs:
    return {name: example_input(*shape) for name, shape in segnext.FEATURES.items()} | segnext.example_prompts()


def _realplksr(scale: str, **options: Any) -> Case:
    return Case(
        family=realplksr,
        reference=_reference.large_kernel_upscaler,
        tile=256,
        inputs=_image,
        checkpoint=scale,
        file=f"model_{scale}",
        options=options,
    )


def _depth(network: str, *outputs: str) -> Case:
    return Case(
        family=depth_anything,
        reference=_reference.depth,
        tile=518,
        inputs=_normalised_image,
        outputs=outputs,
        options={"network": network},
    )


RAW: dict[str, Any] = {"network": "utnet2"}
SEGMENTERS = {
    "sam21-tiny": (sam2, "tiny"),
    "samhq-light": (sam_hq, "vit_tiny"),
    "samhq-base": (sam_hq, "vit_b"),
}
CASES = {
    "nafnet": Case(family=nafnet, reference=_reference.denoiser, tile=512, inputs=_image),
    "nind": Case(family=nind_unet, reference=_reference.unet, tile=512, inputs=_image),
    "utnet2-bayer": Case(
        family=nind_unet,
        reference=_reference.raw,
        tile=256,
        inputs=_mosaic,
        checkpoint="bayer",
        file="model_bayer",
        options={**RAW, "bayer": "preupsample"},
    ),
    "utnet2-linear": Case(
        family=nind_unet,
        reference=_reference.raw,
        tile=512,
        inputs=_image,
        checkpoint="linear",
        file="model_linear",
        options=RAW,
    ),
    "bsrgan-x2": Case(
        family=rrdb, reference=_reference.upscaler, tile=128, inputs=_image, checkpoint="x2", file="model_x2"
    ),
    "bsrgan-x4": Case(
        family=rrdb, reference=_reference.upscaler, tile=128, inputs=_image, checkpoint="x4", file="model_x4"
    ),
    "realplksr-x2": _realplksr("x2"),
    "realplksr-x4": _realplksr("x4"),
    "realplksr-x4-dysample": _realplksr("x4", dysample=True),
    "lama": Case(
        family=lama, reference=_reference.eraser, tile=512, inputs=_masked_image, export=export_baseline_dynamo
    ),
    "depth-v2-small": _depth("v2-small", "depth"),
    "depth-v3-large": _depth("v3-mono-large", "depth", "sky"),
    "segnext-encoder": Case(
        family=segnext,
        reference=_reference.click_encoder,
        tile=1024,
        inputs=_image_named,
        outputs=tuple(segnext.FEATURES),
        file="encoder",
    ),
    "segnext-decoder": Case(
        family=segnext,
        reference=_reference.click_decoder,
        tile=1024,
        inputs=_clicks,
        outputs=segnext.OUTPUTS,
        file="decoder",
        optimised=False,
    ),
    **{
        f"{name}-{part}": case
        for name, (family, variant) in SEGMENTERS.items()
        for part, case in _segmenter(family, variant).items()
    },
}
