"""Seeded weights: random values that depend only on a tensor's published name, its shape and a seed.

They give no useful image, but every branch of a network contributes to the output. So two implementations that agree
on them compute the same function. Scales that training initialises with zero are not zero here.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Values = NDArray[np.float64]
RESIDUAL_SCALES = {"beta", "gamma"}
SMALL = {"running_mean", "rel_pos_h", "rel_pos_w"}
FREQUENCIES = "positional_encoding_gaussian_matrix"
TABLES = {
    "attention_biases",
    "cls_token",
    "mask_token",
    "maskmem_tpos_enc",
    "no_mem_embed",
    "no_mem_pos_enc",
    "no_obj_embed_spatial",
    "no_obj_ptr",
    "pos_embed",
    "pos_embed_window",
}
TABLE_ENDINGS = ("_token.weight", "_tokens.weight", "_embed.weight")
TABLE_PART = "point_embeddings."


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Scales that keep a network's activations near 1 and its last sigmoid or ReLU out of saturation."""

    gain: float = 1.0
    """Gain of convolutions and linear layers."""
    factors: Mapping[str, float] = field(default_factory=dict)
    """Factors by full published name."""
    offsets: Mapping[str, float] = field(default_factory=dict)
    """Offsets by full published name, added after the factor."""


def seeded_tensor(name: str, shape: Sequence[int], seed: int, recipe: Recipe) -> Tensor:
    """One seeded float32 tensor.

    Args:
        name: full published name, with any prefix.
        shape: its shape.
        seed: an integer, not negative.
        recipe: scales of its network.
    """
    value = recipe.factors.get(name, 1.0) * _sample(name, tuple(shape), seed, recipe.gain)
    return torch.from_numpy(np.asarray(value + recipe.offsets.get(name, 0.0), np.float64).astype(np.float32))


def seeded_weights(tensors: Mapping[str, Tensor], seed: int, recipe: Recipe) -> dict[str, Tensor]:
    """Seeded weights for all floating-point tensors; others, such as counters, are returned unchanged.

    Args:
        tensors: tensors by full published name; only shapes and types are used.
        seed: an integer, not negative.
        recipe: scales of the network.
    """
    return {
        name: seeded_tensor(name, tensor.shape, seed, recipe) if tensor.is_floating_point() else tensor
        for name, tensor in tensors.items()
    }


def _sample(name: str, shape: tuple[int, ...], seed: int, gain: float) -> Values:
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    last = name.rpartition(".")[2]
    if last == "running_var":
        return 0.75 + 0.5 * rng.random(shape)
    if last in RESIDUAL_SCALES:
        return 0.2 + 0.6 * rng.random(shape)
    return _normal(name, last, rng.standard_normal(shape), gain)


def _normal(name: str, last: str, value: Values, gain: float) -> Values:
    """Scale standard normal values by the purpose of the tensor; the first matching rule applies."""
    if last in SMALL:
        return 0.1 * value
    if last == FREQUENCIES:
        return value
    if last in TABLES or name.endswith(TABLE_ENDINGS) or TABLE_PART in name:
        return 0.5 * value
    if value.ndim >= 2:
        return gain / math.sqrt(math.prod(value.shape[1:])) * value
    return 1 + 0.1 * value if last == "weight" else 0.1 * value
