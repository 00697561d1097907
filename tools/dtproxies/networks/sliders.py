"""Slider values in the form that a network takes them in."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dtproxies.vocabulary.module import Slider


class SliderEmbedding(nn.Module):
    """Sliders in darktable's units -> numbers of about one, all smooth in what they come from.

    A linear slider becomes its place between low (-1) and high (1), a logarithmic one that of its logarithm; an angle
    becomes its cosine and sine, a choice a one for the value taken and zeros for the others. Values outside the range
    go on beyond; a logarithmic one stops at a thousandth of low.
    """

    def __init__(self, sliders: Sequence[Slider]) -> None:
        super().__init__()
        self._sliders = tuple(sliders)
        self.size = sum(_width(slider) for slider in sliders)
        """Numbers that come out."""

    def forward(self, sliders: Tensor) -> Tensor:
        """[B, P] -> [B, size]."""
        columns = [_dial(one, sliders[:, at : at + 1]) for at, one in enumerate(self._sliders)]
        return torch.cat(columns, dim=1) if columns else sliders


def _width(slider: Slider) -> int:
    return len(slider.choices) or (2 if slider.scale == "angle" else 1)


def _dial(slider: Slider, value: Tensor) -> Tensor:
    low, high = slider.low, slider.high
    if slider.choices:
        taken = torch.tensor([[number for _, number in slider.choices]], dtype=value.dtype, device=value.device)
        return (torch.round(value) == taken).to(value.dtype)
    if slider.scale == "angle":
        turn = (value - low) * (2 * math.pi / (high - low))
        return torch.cat([torch.cos(turn), torch.sin(turn)], dim=1)
    if slider.scale == "log":
        value = torch.log(value.clamp(min=low / 1000))
        low, high = math.log(low), math.log(high)
    return (value - low) * (2 / (high - low)) - 1


def broadcast_sliders(values: Tensor) -> list[Tensor]:
    """[B, P] -> P tensors [B, 1, 1, 1] that multiply an image [B, C, H, W]."""
    return list(values.reshape(*values.shape, 1, 1, 1).unbind(dim=1))
