"""HQ-SAM of the first generation: ViT-B or TinyViT as encoder, and a decoder for clicks and boxes.

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

OPTIONS = ("variant",)

CHECKPOINT = "weights"
FEATURES = {"image_embed": (1, 256, 64, 64), "hq_features": (1, 32, 256, 256)}
"""Outputs of the encoder."""
ENCODERS: Mapping[str, type[Vit] | type[TinyVit]] = {"vit_b": Vit, "vit_tiny": TinyVit}
CLASSIFIER = r"image_encoder\.(norm_head|head)\.(weight|bias)"
"""TinyViT's head for classification, which its checkpoint still holds."""
LAYOUTS = {"vit_b": Layout(), "vit_tiny": Layout(unused=(CLASSIFIER,))}


class Decoder(PromptMaskDecoder):
    """The decoder with the encoder's outputs in their order."""

    def forward(  # noqa: PLR0917 - a graph's inputs have an order
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


def decoder(filled: SamHq) -> Decoder:
    """Prompts to masks, from a network that has its weights, whose decoder is changed for it.

    Its authors feed masks back as they are.
    """
    return Decoder(filled.prompt_encoder, optimise_decoder(filled.mask_decoder), limit=None)


def convert(job: Job) -> Mapping[str, Any]:
    """Write `encoder.onnx` and `decoder.onnx`.

    The encoder takes `image` [1, 3, 1024, 1024], normalised as ImageNet; see `FEATURES` for what it returns. The
    decoder takes these, then `point_coords` [1, N, 2], `point_labels` [1, N], `mask_input` [1, 1, 256, 256] and
    `has_mask_input` [1], and returns `masks` [1, 3, 256, 256] as logits, `iou_predictions` [1, 3], which are not
    bounded, and `low_res_masks`, the same masks. The authors take the best of the three by quality and add the HQ
    mask to it; here all three have it added, so that picking the best one gives theirs.

    Raises:
        Failure: the variant is unknown, or the checkpoint is not of this variant.
    """
    variant = choice(job.card, "variant", list(ENCODERS))
    filled = network(variant)
    load_weights(filled, job, CHECKPOINT, LAYOUTS[variant], Recipe())
    filled.fuse()
    export_pair(filled, decoder(filled), FEATURES, job.output)
    return {}
