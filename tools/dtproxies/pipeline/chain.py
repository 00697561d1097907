"""Chain of proxy networks; gradients are backpropagated through all of them, to the sliders of the first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from dtproxies.images.image import Pixels
from dtproxies.networks.colour import convert, to_rec709
from dtproxies.networks.frame import call
from dtproxies.pipeline.steps import LINEAR, PipelineStep
from dtproxies.proxy.weight_files import weights_of
from dtproxies.proxy.weights import load
from dtproxies.render.torch_threads import half_the_cores
from dtproxies.vocabulary.module import Space


class Chain(nn.Module):
    """Networks in the order of their modules; colours are converted between them as in darktable."""

    def __init__(self, steps: Sequence[PipelineStep], networks: Sequence[nn.Module]) -> None:
        super().__init__()
        self.steps = tuple(steps)
        self.networks = nn.ModuleList(networks)

    @classmethod
    def of(cls, steps: Sequence[PipelineStep], models: Path) -> Chain:
        """Return the chain with the weights in the directory of models, without gradients for the weights.

        Raises:
            Failure: a module has no weights in this directory.
        """
        names = [step.module.name for step in steps]
        networks = [
            load(weights_of(name, models), step.module, step.definition.network)
            for name, step in zip(names, steps, strict=True)
        ]
        chain = cls(steps, networks).eval()
        chain.requires_grad_(False)
        return chain

    def forward(self, light: Tensor, sliders: Sequence[Tensor], space: Space = LINEAR) -> list[Tensor]:
        """Run the chain.

        Args:
            light: [B, 3, H, W].
            sliders: [B, P] for each module, in darktable's units.
            space: colour space of `light`; linear Rec709 by default.

        Returns:
            Output of each module, [B, 3, H, W] in its own space.
        """
        outputs: list[Tensor] = []
        pixels = light
        for step, network, values in zip(self.steps, self.networks, sliders, strict=True):
            pixels = call(network, step.module, convert(pixels, space, step.space), values)
            space = step.result_space
            outputs.append(pixels)
        return outputs

    def light(self, light: Tensor, sliders: Sequence[Tensor]) -> Tensor:
        """Return the output of the last module, as linear Rec709."""
        return to_rec709(self(light, sliders)[-1], self.steps[-1].result_space)

    def positions(self, like: Tensor) -> list[Tensor]:
        """Return the slider values of each module, [1, P]."""
        return [like.new_tensor([list(step.sliders.values())]) for step in self.steps]


def run(chain: Chain, light: Pixels) -> list[Pixels]:
    """Return the output of each module, H x W x 3 in its own space, for an image in linear Rec709."""
    image = as_tensor(light)
    with torch.no_grad(), half_the_cores():
        return [as_pixels(output) for output in chain(image, chain.positions(image))]


def as_tensor(light: Pixels, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return an image as a tensor [1, 3, H, W]."""
    return torch.from_numpy(light).permute(2, 0, 1)[None].to(dtype)


def as_pixels(image: Tensor) -> Pixels:
    """Return the inverse of `as_tensor`."""
    pixels: Pixels = image[0].permute(1, 2, 0).contiguous().float().numpy()
    return pixels
