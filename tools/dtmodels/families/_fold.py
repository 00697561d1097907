"""Fold constant factors and batch normalisations into weights before export: fewer nodes, same function."""

from __future__ import annotations

import torch
from torch import Tensor, nn

Convolution = nn.Conv2d | nn.ConvTranspose2d


@torch.no_grad()
def fold_norm(norm: nn.Module, *convolutions: nn.Module) -> nn.Identity:
    """Fold a batch normalisation into the convolutions whose sum it normalises.

    Args:
        norm: a `BatchNorm2d`.
        convolutions: terms of the sum, `Conv2d` or `ConvTranspose2d`; the first one gets the bias.

    Returns:
        The module that replaces the normalisation.
    """
    summed = [one for one in convolutions if isinstance(one, Convolution)]
    if not isinstance(norm, nn.BatchNorm2d) or not summed or len(summed) < len(convolutions):
        raise TypeError("only a batch normalisation of convolutions can be folded")
    factor, offset = _scale_and_offset(norm)
    for convolution in summed:
        scale_outputs(convolution, factor)
    first = summed[0]
    offset = offset if first.bias is None else offset + first.bias.double()
    first.bias = nn.Parameter(offset.float())
    return nn.Identity()


@torch.no_grad()
def scale_outputs(layer: Convolution, factor: Tensor) -> None:
    """Multiply weight and bias of each output channel of a layer by its factor."""
    axis = 1 if isinstance(layer, nn.ConvTranspose2d) else 0
    shape = [-1 if dimension == axis else 1 for dimension in range(layer.weight.dim())]
    layer.weight.copy_(layer.weight.double() * factor.double().reshape(shape))
    if layer.bias is not None:
        layer.bias.copy_(layer.bias.double() * factor.double())


def _scale_and_offset(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Factor and offset of each channel, in double precision."""
    if norm.running_mean is None or norm.running_var is None:
        raise ValueError("a normalisation without statistics cannot be folded")
    factor = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    return factor, norm.bias.double() - norm.running_mean.double() * factor
