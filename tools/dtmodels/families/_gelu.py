"""The exact GELU in the order of operations that ONNX Runtime knows and computes in one pass.

torch's own comes out of the exporter in another order, as five passes over a map: four times as long on a processor.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

ROOT = math.sqrt(2)


def gelu(value: Tensor) -> Tensor:
    """What `torch.nn.functional.gelu` gives, up to rounding."""
    return value * (1 + torch.erf(value / ROOT)) * 0.5


class Gelu(nn.Module):
    """`gelu` as a layer."""

    def forward(self, value: Tensor) -> Tensor:
        """Any shape to the same."""
        return gelu(value)
