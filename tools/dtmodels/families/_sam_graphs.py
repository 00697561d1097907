"""Export the two graphs of a Segment Anything model: the encoder runs once per image, the decoder at each click."""

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
"""Width and height of masks and of the previous mask."""
LABELS = (1, 0, 2, 3, -1)
"""Labels of the example's points, one of each kind; the graph accepts any number of points."""


class PromptMaskDecoder(nn.Module):
    """Prompt encoder and mask decoder in one, with precomputed values that depend on neither image nor clicks.

    darktable runs the decoder without graph optimisation, so constants must be folded before export.
    """

    columns: Tensor
    rows: Tensor
    tokens: Tensor
    table: Tensor

    def __init__(self, prompts: PromptEncoder, decoder: MaskDecoder, *, limit: float | None) -> None:
        """Args: `limit` is the magnitude to which the authors clip logits before they feed a mask back, or None."""
        super().__init__()
        self.prompts, self.decoder = prompts, decoder
        self._limit = limit
        with torch.no_grad():
            columns, rows = prompts.grid_factors()
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
            features: other outputs of the encoder.
            clicks: coordinates `[1, N, 2]` and labels `[1, N]`.
            previous: previous mask `[1, 1, 256, 256]`, and 1 if there is one, else 0, `[1]`.
        """
        points = self.prompts.points(*clicks, self.table)
        grid = (self.columns[0] * self.rows[0] + self.columns[1] * self.rows[1]).reshape(1, -1, WIDTH)
        masks, quality = self.decoder(image + self.prompts.mask(*previous), grid, self.tokens, points, features)
        fed_back = masks.clone() if self._limit is None else masks.clamp(-self._limit, self._limit)
        return masks, quality, fed_back


def export_pair(
    encoder: nn.Module, decoder: PromptMaskDecoder, features: Mapping[str, tuple[int, ...]], directory: Path
) -> None:
    """Write `encoder.onnx` and `decoder.onnx`.

    Args:
        encoder: network from an image `[1, 3, 1024, 1024]` to features.
        decoder: network from features and `PROMPTS` to `OUTPUTS`.
        features: names and shapes of the encoder's outputs, in order; the decoder's inputs have the same.
        directory: directory of the two files.
    """
    export(encoder, {"image": example_input(1, 3, IMAGE_SIDE, IMAGE_SIDE)}, list(features), directory / "encoder.onnx")
    examples = {name: example_input(*shape) for name, shape in features.items()}
    export(
        decoder,
        examples | dict(zip(PROMPTS, example_prompts(), strict=True)),
        OUTPUTS,
        directory / "decoder.onnx",
        symbols={"point_coords": {1: "points"}, "point_labels": {1: "points"}},
    )


def example_prompts() -> tuple[Tensor, ...]:
    """Example of the decoder inputs after the features: a click of each kind, and a previous mask."""
    labels = torch.tensor([LABELS], dtype=torch.float32)
    mask = 20 * example_input(1, 1, MASK_SIDE, MASK_SIDE) - 10
    return IMAGE_SIDE * example_input(1, len(LABELS), 2), labels, mask, torch.ones(1)
