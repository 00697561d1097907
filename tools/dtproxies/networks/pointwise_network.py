"""Trainable pointwise network for modules that mix the channels of single pixels."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dtproxies.networks.encoding import from_stops, to_stops
from dtproxies.networks.film_layers import FiLM, gate
from dtproxies.networks.sliders import SliderEmbedding
from dtproxies.vocabulary.module import Module


class Mixer(nn.Module):
    """Residual per pixel as a function of its three channels, encoded in stops or as Lab / 100, and the sliders.

    `gates` names sliders without effect at zero: the network is then the identity where all of them are zero. Before
    training it is the identity in any case.
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
        """Run the network; shapes and units as in `dtproxies.networks`."""
        encoded = image / 100 if self._lab else to_stops(image)
        residual: Tensor = self.film(encoded, self.dials(sliders))
        if self._gates:
            residual = gate(residual, sliders[:, self._gates] / self._sizes)  # type: ignore[operator]
        if self._lab:
            return image + 100 * residual
        # The difference is added in light, so that a zero residual leaves the image bit-identical.
        return image + (from_stops(encoded + residual) - from_stops(encoded))
