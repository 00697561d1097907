"""Highlight reconstruction on a Bayer mosaic: clipping, or inpainting from opposed colours (`highlights`)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from dtproxies.networks.bayer import BayerMasks, bayer_masks
from dtproxies.networks.neighbourhood import interior_mask, sum_3x3
from dtproxies.networks.powers import safe_divide, safe_power
from dtproxies.networks.sliders import broadcast_sliders

CLIP = 0
"""darktable's value of the method that clips."""
NEAR_CLIPPED = 0.987
"""Fraction of the saturation value above which inpainting treats a value as clipped."""
DARK = 0.2
"""Fraction of that limit below which a value is ignored for the colour offset."""
MAX_IGNORED = 100
"""Up to this number of usable values, the colour offset is zero."""
CLOSE_BLOCKS = (
    (0, 1, 1, 1, 1, 1, 0),
    (1, 1, 1, 1, 1, 1, 1),
    (1, 1, 1, 1, 1, 1, 1),
    (1, 1, 1, 1, 1, 1, 1),
    (1, 1, 1, 1, 1, 1, 1),
    (1, 1, 1, 1, 1, 1, 1),
    (0, 1, 1, 1, 1, 1, 0),
)
"""Neighbourhood, in blocks of 3 x 3 pixels, that counts as close to a clipped block."""
BORDER = 3
"""Width of the image border, in blocks and in pixels, that is ignored in that search."""


class Highlights(nn.Module):
    """Values above a threshold, clipped or inpainted from the other two colours: `highlights`.

    Inpainting takes the mean cube root of the other two colours in 3 x 3 pixels, to the third power, plus an offset.
    The offset is the mean difference to the clipped colour at unclipped pixels close to clipped ones. Sliders: the
    method, 0 or 5; the threshold as a fraction of the saturation value.
    """

    def __init__(self, factors: Sequence[float]) -> None:
        """Build it for mosaics with these three white balance factors."""
        super().__init__()
        self.register_buffer("factors", torch.tensor(factors))
        self.factors: Tensor
        """White balance factors of red, green and blue; they depend on the illuminant."""
        self.level = nn.Parameter(torch.tensor(0.8))
        """Clipping level at a threshold of one, as a fraction of the smallest factor."""
        self.exponent = nn.Parameter(torch.tensor(2.5))
        """Exponent n of the n-th roots that are averaged."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`, C is 1."""
        method, threshold = broadcast_sliders(sliders)
        clipped_image = torch.minimum(image, self.level * threshold * self.factors.min().clamp(min=1.0))
        return torch.where(torch.round(method) == CLIP, clipped_image, self._inpaint(image, threshold))

    def _inpaint(self, image: Tensor, threshold: Tensor) -> Tensor:
        masks, light = bayer_masks(image), functional.relu(image)
        red, green, blue = self.factors
        factors = torch.where(masks.red, red, torch.where(masks.green, green, blue))
        limits = NEAR_CLIPPED * threshold * factors
        clipped = image >= limits
        estimate = self._estimate(light, masks)
        usable = (image > DARK * limits) & ~clipped & interior_mask(image, BORDER)
        offset = torch.zeros_like(image)
        for mask in masks[:3]:
            counted = (usable & mask & _close(clipped & mask)).to(image.dtype)
            count = counted.sum(dim=(2, 3), keepdim=True)
            mean = safe_divide((counted * (image - estimate)).sum(dim=(2, 3), keepdim=True), count)
            offset = torch.where(mask, torch.where(count > MAX_IGNORED, mean, 0.0), offset)
        return torch.where(light >= limits, torch.maximum(light, estimate + offset), light)

    def _estimate(self, light: Tensor, masks: BayerMasks) -> Tensor:
        """Estimate each pixel's colour from the other two colours around it."""
        red, green, blue = (self._mean_root(light, mask) for mask in masks[:3])
        others = torch.where(masks.red, green + blue, torch.where(masks.green, red + blue, red + green)) / 2
        return safe_power(others, self.exponent)

    def _mean_root(self, light: Tensor, mask: Tensor) -> Tensor:
        # darktable never reads the last row and the last column.
        height, width = light.shape[-2:]
        rows = torch.arange(height, device=light.device).reshape(1, 1, -1, 1) < height - 1
        columns = torch.arange(width, device=light.device).reshape(1, 1, 1, -1) < width - 1
        measured = (mask & rows & columns).to(light.dtype)
        return safe_power(safe_divide(sum_3x3(light * measured), sum_3x3(measured)), 1 / self.exponent)


def _close(clipped: Tensor) -> Tensor:
    """Find pixels close to clipped ones, in blocks of 3 x 3 pixels; bool [B, 1, H, W] -> the same shape."""
    height, width = clipped.shape[-2:]
    blocks = sum_3x3(clipped.float())[..., ::3, ::3][..., : height // 3, : width // 3]
    close = ((blocks > 0) & interior_mask(blocks, 1)).float()
    pattern = clipped.new_tensor(CLOSE_BLOCKS, dtype=torch.float32)[None, None]
    near = (functional.conv2d(close, pattern, padding=3) > 0) & interior_mask(blocks, BORDER)
    enlarged = functional.pad(near.float(), (0, 1, 0, 1))[..., :, None, :, None].expand(-1, -1, -1, 3, -1, 3)
    return enlarged.flatten(4, 5).flatten(2, 3)[..., :height, :width] > 0
