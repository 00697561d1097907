"""Sums without rounding errors in float32: every value is split into parts with few digits.

A part is a multiple of a power of two. Sums of parts, and of products of parts, stay below 2^24 of its multiples, so
that float32 holds them exactly. They are therefore the same in any order, in a tile and in the whole image. Idea:
K. Ozaki and others, Error-free transformations of matrix multiplication, 2012.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor

_PIXEL_STEPS = (2.0**1, 2.0**-8, 2.0**-17)
"""Steps of the parts of values up to 512: 8 bits, then 9, then 9."""
_WEIGHT_STEPS = (2.0**-16, 2.0**-25)
"""Steps of the parts of weights, which add up to one: 16 bits, then 9."""


def parts(values: Tensor, steps: Sequence[float]) -> list[Tensor]:
    """Split values into multiples of each step, coarsest first; what is below the last step is rounded.

    float64 needs no parts: there is one. The gradient of the sum of all parts is one.

    Args:
        values: any shape, in absolute value below 2^22 of the first step.
        steps: powers of two, decreasing.
    """
    if values.dtype == torch.float64:
        return [values]
    result = []
    for step in steps:
        # Between 2^23 and 2^24 steps, neighbouring float32 numbers are one step apart.
        anchor = 1.5 * 2**23 * step
        part = (values + anchor) - anchor
        result.append(part)
        values = values - part
    return result


def exact_matmul(left: Tensor, right: Tensor, *, weights_first: bool) -> Tensor:
    """Multiply matrices of pixels and of weights as `torch.matmul`, with one rounding at the end.

    Args:
        left: [..., N, K]. Pixels are exact up to 512 in absolute value; the weights of each output add up to one.
        right: [..., K, M].
        weights_first: whether `left` has the weights.
    """
    first, second = (_WEIGHT_STEPS, _PIXEL_STEPS) if weights_first else (_PIXEL_STEPS, _WEIGHT_STEPS)
    factors = itertools.product(enumerate(parts(left, first)), enumerate(parts(right, second)))
    # The finest pixels times the finest weights are below the last digit.
    products = [(i + j, torch.matmul(one, other)) for (i, one), (j, other) in factors if i + j < len(_PIXEL_STEPS)]
    total, *rest = (product for _, product in sorted(products, key=lambda entry: -entry[0]))
    for product in rest:
        total = total + product
    return total
