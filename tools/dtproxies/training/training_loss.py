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

SOFT = 1e-4
"""Differences of encoded values below this count by their square, larger ones by their size."""


def encode(pixels: Tensor, module: Module) -> Tensor:
    """Return pixels as the loss compares them: signed stops of linear light; Lab over 100; or display values."""
    if module.result_space == "lab":
        return pixels / 100
    if module.result_space == "display":
        return pixels
    return torch.sign(pixels) * torch.log2(1 + pixels.abs() * 2.0**12) / 16


def on_screen(pixels: Tensor, module: Module) -> Tensor:
    """Return display-referred values: sRGB-encoded, clipped to 0..1."""
    return linear_to_srgb(to_rec709(pixels, module.result_space).clamp(0, 1))


def loss(network: nn.Module, batch: Batch, module: Module, recipe: Recipe) -> Tensor:
    """Return the Charbonnier distance of encoded pixels, plus L1 of display values, plus the gradient loss.

    Slopes are compared as differences: what moving one slider by a share of its range does to the encoded pixels, in
    the network and in darktable, divided by that share.
    """
    made = call(network, module, batch.image, batch.sliders)
    encoded, wanted = encode(made, module), encode(batch.after, module)
    total = torch.mean(torch.sqrt((encoded - wanted) ** 2 + SOFT**2) - SOFT)
    if recipe.display_weight:
        apart = on_screen(made, module) - on_screen(batch.after, module)
        total = total + recipe.display_weight * apart.abs().mean()
    if recipe.gradient_weight:
        change = encode(call(network, module, batch.image, batch.nudged), module) - encoded
        apart = change - (encode(batch.moved, module) - wanted)
        total = total + recipe.gradient_weight * apart.abs().mean() / NUDGE
    return total
