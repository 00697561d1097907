"""The two graphs of a Segment Anything model as darktable runs them: the image once, then each click."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from dtmodels.families._export import example_input, export
from dtmodels.families._sam_decoder import MaskDecoder
from dtmodels.families._sam_prompt import IMAGE_SIDE, WIDTH, PromptEncoder

PROMPTS = ("point_coords", "point_labels", "mask_input", "has_mask_input")
"""Inputs of the decoder after the encoder's outputs, in darktable's order."""
OUTPUTS = ("masks", "iou_predictions", "low_res_masks")
MASK_SIDE = 256
"""Width and height of masks, and of the previous one."""
LABELS = (1, 0, 2, 3, -1)
"""Of the example's points, one of each kind; any number is allowed."""


class PromptMaskDecoder(nn.Module):
    """Prompt encoder and mask decoder in one, with everything ready that depends on neither image nor clicks.

    darktable runs the decoder without optimisation, so what can be computed beforehand has to be.
    """

    columns: Tensor
    rows: Tensor
    tokens: Tensor
    table: Tensor

    def __init__(self, prompts: PromptEncoder, decoder: MaskDecoder, *, limit: float | None) -> None:
        """Args: `limit` is where the authors cut logits off before they feed a mask back, None if they do not."""
        super().__init__()
        self.prompts, self.decoder = prompts, decoder
        self._limit = limit
        with torch.no_grad():
            columns, rows = prompts.lines()
            self.register_buffer("columns", columns)
            self.register_buffer("rows", rows)
            self.register_buffer("tokens", decoder.tokens())
            self.register_buffer("table", prompts.label_table())

    def decode(
        self,
        image: Tensor,
        features: tuple[Tensor, ...],
        clicks: tuple[Tensor, Tensor],
        previous: tuple[Tensor, Tensor],
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Masks, their quality, and the masks to feed back; see `OUTPUTS`.

        Args:
            image: image embedding, `[1, 256, 64, 64]`.
            features: what else the encoder gives.
            clicks: coordinates `[1, N, 2]` and labels `[1, N]`.
            previous: mask `[1, 1, 256, 256]` and whether there is one, `[1]`.
        """
        points = self.prompts.points(*clicks, self.table)
        grid = (self.columns[0] * self.rows[0] + self.columns[1] * self.rows[1]).reshape(1, -1, WIDTH)
        masks, quality = self.decoder(image + self.prompts.mask(*previous), grid, self.tokens, points, features)
        kept = masks.clone() if self._limit is None else masks.clamp(-self._limit, self._limit)
        return masks, quality, kept


def export_pair(
    encoder: nn.Module, decoder: PromptMaskDecoder, features: Mapping[str, tuple[int, ...]], directory: Path
) -> None:
    """Write `encoder.onnx` and `decoder.onnx`.

    Args:
        encoder: image `[1, 3, 1024, 1024]` to its features.
        decoder: features, then what `PROMPTS` names, to what `OUTPUTS` names.
        features: names and shapes of the encoder's outputs, in order; the decoder's inputs have the same.
        directory: where they go.
    """
    export(encoder, {"image": example_input(1, 3, IMAGE_SIDE, IMAGE_SIDE)}, list(features), directory / "encoder.onnx")
    known = {name: example_input(*shape) for name, shape in features.items()}
    export(
        decoder,
        known | dict(zip(PROMPTS, example_prompts(), strict=True)),
        OUTPUTS,
        directory / "decoder.onnx",
        symbols={"point_coords": {1: "points"}, "point_labels": {1: "points"}},
    )


def example_prompts() -> tuple[Tensor, ...]:
    """Example of what follows the features: a click of each kind, and a previous mask."""
    labels = torch.tensor([LABELS], dtype=torch.float32)
    mask = 20 * example_input(1, 1, MASK_SIDE, MASK_SIDE) - 10
    return IMAGE_SIDE * example_input(1, len(LABELS), 2), labels, mask, torch.ones(1)
