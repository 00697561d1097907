"""Centre crop of two images that a search uses."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from dtbase.terminal.console import Console
from dtproxies.images.image import Pixels
from dtproxies.pipeline.chain import as_tensor
from dtproxies.pipeline.steps import PipelineStep
from dtproxies.regress.image_loss import Target


def window(
    console: Console, links: Sequence[PipelineStep], before: Pixels, after: Pixels, side: int, *, clipped: bool
) -> tuple[torch.Tensor, Target]:
    """Return the centre of both images, about side x side pixels, or all of them if a module needs more.

    Args:
        console: told when the whole images are taken.
        links: the modules in between.
        before: H x W x 3, linear Rec709.
        after: of the same size.
        side: in pixels, without what the modules look at around it.
        clipped: whether `after` holds only what a screen shows.

    Returns:
        The part of `before`, [1, 3, h, w] in double precision, and what is wanted of it.
    """
    height, width, _ = before.shape
    reaches = [link.module.receptive_field for link in links if not link.module.frame]
    margin = sum(reach for reach in reaches if reach is not None)
    far = len(reaches) < len(links) or None in reaches
    wanted = side + 2 * margin
    if far or (height <= wanted and width <= wanted):
        if far and max(height, width) > wanted:
            console.note(f"a module depends on the whole image, so all {width} x {height} pixels are compared")
        rows, columns, margin = slice(None), slice(None), 0
    else:
        rows, columns = _middle(height, wanted), _middle(width, wanted)
        margin = min(margin, (min(height, width, wanted) - 1) // 2)
    light, target = (as_tensor(image[rows, columns], torch.float64) for image in (before, after))
    return light, Target(light=target, clipped=clipped, margin=margin)


def _middle(length: int, wanted: int) -> slice:
    start = max(0, (length - wanted) // 2)
    return slice(start, start + min(length, wanted))
