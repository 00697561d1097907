"""Continuation of a curve beyond its last node: the power that fits four points of it (`imageop_math.h`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from dtproxies.networks.powers import safe_divide

KNOTS = (0.7, 0.8, 0.9, 1.0)
"""Points that the power fits, as fractions of the position of the last node."""


@dataclass(frozen=True, slots=True)
class PowerEnd:
    """Power of the position through the end of a curve; each tensor is [B, 1, 1, 1]."""

    last: Tensor
    level: Tensor
    exponent: Tensor

    @classmethod
    def of(cls, last: Tensor, curve: Callable[[Tensor], Tensor]) -> PowerEnd:
        """Fit the exponent.

        Args:
            last: [B, 1], position of the last node.
            curve: function from positions [B, 4] to levels [B, 4].
        """
        levels = curve(last * last.new_tensor(KNOTS))
        end = levels[:, 3:]
        ratio = safe_divide(levels[:, :3], end)
        fits = ratio > 0
        exponents = torch.log(torch.where(fits, ratio, 1.0)) / torch.log(last.new_tensor(KNOTS[:3]))
        count = fits.to(last.dtype).sum(dim=1, keepdim=True)
        exponent = torch.where(count > 0, exponents.sum(dim=1, keepdim=True) / count.clamp(min=1), 1.0)
        return cls(*(one[:, :, None, None] for one in (last, end, exponent)))

    def after(self, value: Tensor, inside: Tensor) -> Tensor:
        """Return `inside` before the last node, and the power from it on."""
        return torch.where(value < self.last, inside, self._power(value))

    def beyond(self, value: Tensor, inside: Tensor) -> Tensor:
        """Return `inside` up to the last node, and the power beyond it."""
        return torch.where(value > self.last, self._power(value), inside)

    def _power(self, value: Tensor) -> Tensor:
        relative = torch.maximum(safe_divide(value, self.last), torch.ones_like(value))
        return self.level * torch.exp(self.exponent * torch.log(relative))
