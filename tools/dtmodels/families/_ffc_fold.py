"""Fold the batch normalisations of LaMa's generator into the convolutions before them, for export.

ONNX Runtime itself folds a normalisation that follows one convolution; most of these follow a sum of two.
"""

from __future__ import annotations

from torch import nn

from dtmodels.families._ffc import FastFourierConvolution, FourierUnit, Generator, Local, Spectral, SplitGroups
from dtmodels.families._fold import fold_norm


def fold_generator(generator: Generator) -> None:
    """Fold all batch normalisations of a loaded generator, in place; afterwards no checkpoint fits it."""
    for module in generator.modules():
        _fold_norms(module)
    layers = generator.model
    for number, layer in enumerate(layers):
        if isinstance(layer, nn.ConvTranspose2d):
            layers[number + 1] = fold_norm(layers[number + 1], layer)


def _fold_norms(module: nn.Module) -> None:
    if isinstance(module, Local | SplitGroups):
        module.bn_l = fold_norm(module.bn_l, module.ffc["convl2l"])
    if isinstance(module, SplitGroups):
        module.bn_g = fold_norm(module.bn_g, module.ffc["convl2g"])
    if isinstance(module, FastFourierConvolution):
        module.bn_l = fold_norm(module.bn_l, module.ffc["convl2l"], module.ffc["convg2l"])
        last = module.ffc["convg2g"].get_submodule("conv2")
        module.bn_g = fold_norm(module.bn_g, module.ffc["convl2g"], last)
    if isinstance(module, Spectral):
        module.conv1[1] = fold_norm(module.conv1[1], module.conv1[0])
    if isinstance(module, FourierUnit):
        module.bn = fold_norm(module.bn, module.conv_layer)
