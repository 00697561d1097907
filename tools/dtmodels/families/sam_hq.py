"""HQ-SAM of the first generation: a ViT-B or TinyViT encoder, and a decoder for clicks and boxes.

Option `variant` is `vit_b` (the default) or `vit_tiny`; the checkpoint is called `weights`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from dtmodels.families import Job
from dtmodels.families._options import choice
from dtmodels.families._sam_graphs import PromptMaskDecoder, export_pair
from dtmodels.families._sam_hq_network import SamHq
from dtmodels.families._sam_inference import optimise_decoder
from dtmodels.families._sam_vit import Vit
from dtmodels.families._seeded_weights import Recipe
from dtmodels.families._state_dict_mapping import Layout
from dtmodels.families._tiny_vit import TinyVit
from dtmodels.families._weights import load_weights

OPTIONS = ("entry", "variant")

CHECKPOINT = "weights"
FEATURES = {"image_embed": (1, 256, 64, 64), "hq_features": (1, 32, 256, 256)}
"""Outputs of the encoder."""
ENCODERS: Mapping[str, type[Vit] | type[TinyVit]] = {"vit_b": Vit, "vit_tiny": TinyVit}
CLASSIFIER = r"image_encoder\.(norm_head|head)\.(weight|bias)"
"""TinyViT's classification head, which is still in its checkpoint."""
LAYOUTS = {"vit_b": Layout(), "vit_tiny": Layout(unused=(CLASSIFIER,))}


class Decoder(PromptMaskDecoder):
    """Decoder whose first inputs are the encoder's outputs, in their order."""

    def forward(  # noqa: PLR0917 - the inputs of a graph are positional
        self, image: Tensor, detail: Tensor, points: Tensor, labels: Tensor, mask: Tensor, present: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """See `PromptMaskDecoder.decode`."""
        return self.decode(image, (detail,), (points, labels), (mask, present))


def network(variant: str) -> SamHq:
    """The network of one variant, without weights.

    Raises:
        KeyError: there is no such variant.
    """
    return SamHq(ENCODERS[variant]())


def decoder(loaded: SamHq) -> Decoder:
    """Decoder for export, from a network with loaded weights; its mask decoder is changed in place.

    Its authors feed masks back unclipped.
    """
    return Decoder(loaded.prompt_encoder, optimise_decoder(loaded.mask_decoder), limit=None)


def convert(job: Job) -> Mapping[str, Any]:
    """Write `encoder.onnx` and `decoder.onnx`.

    The encoder takes `image` [1, 3, 1024, 1024], normalised as ImageNet; see `FEATURES` for what it returns. The
    decoder takes these, then `point_coords` [1, N, 2], `point_labels` [1, N], `mask_input` [1, 1, 256, 256] and
    `has_mask_input` [1], and returns `masks` [1, 3, 256, 256] as logits, `iou_predictions` [1, 3], which are not
    bounded, and `low_res_masks`, the same masks. The authors add the HQ mask to the mask of highest quality. Here it is
    added to all three, so that selecting the best one gives the authors' result.

    Raises:
        Failure: the variant is unknown, or the checkpoint is not of this variant.
    """
    variant = choice(job.card, "variant", list(ENCODERS))
    loaded = network(variant)
    load_weights(loaded, job, CHECKPOINT, LAYOUTS[variant], Recipe())
    loaded.fuse()
    export_pair(loaded, decoder(loaded), FEATURES, job.output)
    return {}
