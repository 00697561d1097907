"""Training loss: distance between a network's output and darktable's."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.colour import linear_to_srgb, to_rec709
from dtproxies.networks.frame import call
from dtproxies.proxy.sampling import NUDGE
from dtproxies.training.batches import Batch
from dtproxies.vocabulary.module import Module
from dtproxies.vocabulary.recipe import Recipe

CHARBONNIER = 1e-4
"""Scale of the Charbonnier distance: smaller differences count by their square, larger ones by their size."""


def encode(pixels: Tensor, module: Module) -> Tensor:
    """Return encoded pixels for the loss: signed stops of linear light, Lab divided by 100, or display values."""
    if module.result_space == "lab":
        return pixels / 100
    if module.result_space == "display":
        return pixels
    return torch.sign(pixels) * torch.log2(1 + pixels.abs() * 2.0**12) / 16


def to_srgb_clipped(pixels: Tensor, module: Module) -> Tensor:
    """Return display-referred values: sRGB-encoded, clipped to 0..1."""
    return linear_to_srgb(to_rec709(pixels, module.result_space).clamp(0, 1))


def loss(network: nn.Module, batch: Batch, module: Module, recipe: Recipe) -> Tensor:
    """Return the Charbonnier distance of encoded pixels, plus L1 of display values, plus the gradient loss.

    For the gradient loss, one slider moves by a fraction of its range. The loss compares the changes of encoded pixels
    in network and darktable, divided by that fraction.
    """
    output = call(network, module, batch.image, batch.sliders)
    encoded, target = encode(output, module), encode(batch.after, module)
    total = torch.mean(torch.sqrt((encoded - target) ** 2 + CHARBONNIER**2) - CHARBONNIER)
    if recipe.display_weight:
        difference = to_srgb_clipped(output, module) - to_srgb_clipped(batch.after, module)
        total = total + recipe.display_weight * difference.abs().mean()
    if recipe.gradient_weight:
        change = encode(call(network, module, batch.image, batch.nudged), module) - encoded
        difference = change - (encode(batch.moved, module) - target)
        total = total + recipe.gradient_weight * difference.abs().mean() / NUDGE
    return total
