"""Slider values as network inputs: broadcast to image shape, or embedded as features."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dtproxies.vocabulary.module import Slider


class SliderEmbedding(nn.Module):
    """Embedding of sliders in darktable's units as features of about one, smooth in the slider values.

    A linear slider maps low..high to -1..1; a logarithmic slider does so with its logarithm. An angle becomes its
    cosine and sine; a choice is one-hot encoded. Values outside the range are extrapolated; a logarithmic slider is
    clamped at low / 1000.
    """

    def __init__(self, sliders: Sequence[Slider]) -> None:
        super().__init__()
        self._sliders = tuple(sliders)
        self.size = sum(_width(slider) for slider in sliders)
        """Number of features."""

    def forward(self, sliders: Tensor) -> Tensor:
        """Embed slider values: [B, P] -> [B, size]."""
        columns = [_embed(one, sliders[:, at : at + 1]) for at, one in enumerate(self._sliders)]
        return torch.cat(columns, dim=1) if columns else sliders


def _width(slider: Slider) -> int:
    return len(slider.choices) or (2 if slider.scale == "angle" else 1)


def _embed(slider: Slider, value: Tensor) -> Tensor:
    low, high = slider.low, slider.high
    if slider.choices:
        values_of_choices = torch.tensor(
            [[number for _, number in slider.choices]], dtype=value.dtype, device=value.device
        )
        return (torch.round(value) == values_of_choices).to(value.dtype)
    if slider.scale == "angle":
        turn = (value - low) * (2 * math.pi / (high - low))
        return torch.cat([torch.cos(turn), torch.sin(turn)], dim=1)
    if slider.scale == "log":
        value = torch.log(value.clamp(min=low / 1000))
        low, high = math.log(low), math.log(high)
    return (value - low) * (2 / (high - low)) - 1


def broadcast_sliders(values: Tensor) -> list[Tensor]:
    """Split [B, P] into P tensors [B, 1, 1, 1] that broadcast against an image [B, C, H, W]."""
    return list(values.reshape(*values.shape, 1, 1, 1).unbind(dim=1))
