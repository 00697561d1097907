"""Segment Anything 2.1 and its HQ edition: a Hiera encoder, and a decoder for clicks and boxes.

Option `variant` is `tiny` (the default), `small`, `base_plus` or `large_hq`; the checkpoint is called `weights`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from dtmodels.families import Job
from dtmodels.families._hiera import Size
from dtmodels.families._options import choice
from dtmodels.families._sam2_network import Sam2
from dtmodels.families._sam_graphs import PromptMaskDecoder, export_pair
from dtmodels.families._sam_inference import optimise_decoder
from dtmodels.families._seeded_weights import Recipe
from dtmodels.families._state_dict_mapping import Layout
from dtmodels.families._weights import load_weights

OPTIONS = ("entry", "variant")

CHECKPOINT = "weights"
FEATURES = {
    "high_res_feats_0": (1, 32, 256, 256),
    "high_res_feats_1": (1, 64, 128, 128),
    "image_embed": (1, 256, 64, 64),
}
"""Outputs of the encoder."""
LOGIT_LIMIT = 32.0
"""Magnitude to which the authors' image predictor clips the logits of a mask before it is fed back."""
SIZES = {
    "tiny": Size(stages=(1, 2, 7, 2), everywhere=(5, 7, 9)),
    "small": Size(stages=(1, 2, 11, 2), everywhere=(7, 10, 13)),
    "base_plus": Size(stages=(2, 3, 16, 3), everywhere=(12, 16, 20), width=112, heads=2, table=14),
    "large_hq": Size(stages=(2, 6, 36, 4), everywhere=(23, 33, 43), width=144, heads=2, windows=(8, 4, 16, 8)),
}
VIDEO_TENSORS = (
    r"(memory_attention|memory_encoder|obj_ptr_proj|obj_ptr_tpos_proj|mask_downsample)\..*",
    r"maskmem_tpos_enc|no_mem_pos_enc|no_obj_ptr|no_obj_embed_spatial",
)
"""Names of the tensors that track an object through a video; single images do not need them."""
LAYOUT = Layout(key="model", unused=VIDEO_TENSORS)


class Decoder(PromptMaskDecoder):
    """Decoder whose first inputs are the encoder's outputs, in their order."""

    def forward(  # noqa: PLR0917 - the inputs of a graph are positional
        self, fine: Tensor, middle: Tensor, image: Tensor, points: Tensor, labels: Tensor, mask: Tensor, present: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """See `PromptMaskDecoder.decode`."""
        return self.decode(image, (fine, middle), (points, labels), (mask, present))


def network(variant: str) -> Sam2:
    """The network of one variant, without weights.

    Raises:
        KeyError: there is no such variant.
    """
    return Sam2(SIZES[variant], hq=variant.endswith("hq"))


def decoder(loaded: Sam2) -> Decoder:
    """Decoder for export, from a network with loaded weights; its mask decoder is changed in place."""
    return Decoder(loaded.sam_prompt_encoder, optimise_decoder(loaded.sam_mask_decoder), limit=LOGIT_LIMIT)


def convert(job: Job) -> Mapping[str, Any]:
    """Write `encoder.onnx` and `decoder.onnx`.

    The encoder takes `image` [1, 3, 1024, 1024], normalised as ImageNet; see `FEATURES` for what it returns. The
    decoder takes these, then `point_coords` [1, N, 2], `point_labels` [1, N], `mask_input` [1, 1, 256, 256] and
    `has_mask_input` [1], and returns `masks` [1, 3, 256, 256] as logits, `iou_predictions` [1, 3] within 0..1 and
    `low_res_masks`, the masks clipped to -32..32, as the authors feed them back. Masks of the HQ edition include the
    HQ mask, as its authors do.

    Raises:
        Failure: the variant is unknown, or the checkpoint is not of this variant.
    """
    variant = choice(job.card, "variant", list(SIZES))
    loaded = network(variant)
    load_weights(loaded, job, CHECKPOINT, LAYOUT, Recipe())
    loaded.fuse()
    export_pair(loaded, decoder(loaded), FEATURES, job.output)
    return {}
