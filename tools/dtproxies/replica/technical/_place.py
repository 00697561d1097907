"""Place of a technical module in an edit, and what it can ask darktable there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from dtproxies.darktable.edit_session import EditSession, PipePixels, PipeStep
from dtproxies.darktable.layout import ModuleLayout

Function = Callable[[Tensor], Tensor]
"""From the input [1, C, H, W] to the output [1, C', H', W'], differentiable."""


class NoFunction(Exception):
    """The module does something here that its function cannot; the message says what, after the module's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One module of an open edit."""

    session: EditSession
    at: int
    """Index of the module in `session.steps`."""
    layout: ModuleLayout

    @property
    def step(self) -> PipeStep:
        """The module with its parameters and sizes."""
        return self.session.steps[self.at]

    @property
    def params(self) -> dict[str, float]:
        """Parameters by name, as the edit has them."""
        return dict(self.layout.unpack(self.step.params))

    def probe(self, values: NDArray[np.float32], space: str = "rgb") -> NDArray[np.float32]:
        """Run darktable's module on other pixels of its input size, [H, W, C]."""
        return self.session.run(self.at, self.at, PipePixels(values, space)).values
