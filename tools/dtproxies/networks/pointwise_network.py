"""A whole network for a module that mixes the channels of single pixels."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dtproxies.networks.encoding import from_stops, to_stops
from dtproxies.networks.film_layers import FiLM, gate
from dtproxies.networks.sliders import SliderEmbedding
from dtproxies.vocabulary.module import Module


class Mixer(nn.Module):
    """What is added to each pixel depends on its three channels and the sliders: stops of light, or Lab over 100.

    With `gates`, the names of sliders that do nothing at zero, the module is the identity where all of them are zero,
    by construction; it is so before training in any case.
    """

    def __init__(self, module: Module, *, gates: Sequence[str] = (), width: int = 64, depth: int = 3) -> None:
        super().__init__()
        names = [slider.name for slider in module.sliders]
        self._gates = [names.index(name) for name in gates]
        sizes = [max(abs(module.sliders[at].low), abs(module.sliders[at].high)) for at in self._gates]
        self.register_buffer("_sizes", torch.tensor([sizes]), persistent=False)
        self._lab = module.space == "lab"
        self.dials = SliderEmbedding(module.sliders)
        self.film = FiLM(3, 3 * max(1, len(self._gates)), self.dials.size, width=width, depth=depth)

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        inside = image / 100 if self._lab else to_stops(image)
        added: Tensor = self.film(inside, self.dials(sliders))
        if self._gates:
            added = gate(added, sliders[:, self._gates] / self._sizes)  # type: ignore[operator]
        if self._lab:
            return image + 100 * added
        # In light, so that nothing added is nothing changed, to the last bit.
        return image + (from_stops(inside + added) - from_stops(inside))
