"""Centre crop of two images that a search uses."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from dtbase.terminal.console import Console
from dtproxies.images.image import Pixels
from dtproxies.pipeline.chain import as_tensor
from dtproxies.pipeline.steps import PipelineStep
from dtproxies.regress.image_loss import Target


def centre_crop(
    console: Console, steps: Sequence[PipelineStep], before: Pixels, after: Pixels, side: int, *, clipped: bool
) -> tuple[torch.Tensor, Target]:
    """Return the centre crop of both images, about side x side pixels, or the whole images if a module needs more.

    Args:
        console: console for a note when the whole images are used.
        steps: steps of the pipeline between the images.
        before: H x W x 3, linear Rec709.
        after: target image of the same size.
        side: side of the crop in pixels, without the margin for the receptive fields.
        clipped: True if `after` has display-referred values only.

    Returns:
        The crop of `before`, [1, 3, h, w] in float64, and the target of the search.
    """
    height, width, _ = before.shape
    radii = [step.module.receptive_field for step in steps if not step.module.frame]
    margin = sum(radius for radius in radii if radius is not None)
    needs_all = len(radii) < len(steps) or None in radii
    size = side + 2 * margin
    if needs_all or (height <= size and width <= size):
        if needs_all and max(height, width) > size:
            console.note(f"a module depends on the whole image, so all {width} x {height} pixels are compared")
        rows, columns, margin = slice(None), slice(None), 0
    else:
        rows, columns = _middle(height, size), _middle(width, size)
        margin = min(margin, (min(height, width, size) - 1) // 2)
    light, target = (as_tensor(image[rows, columns], torch.float64) for image in (before, after))
    return light, Target(light=target, clipped=clipped, margin=margin)


def _middle(length: int, size: int) -> slice:
    start = max(0, (length - size) // 2)
    return slice(start, start + min(length, size))
