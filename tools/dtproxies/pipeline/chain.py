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


class Chain(nn.Module):
    """Networks in the order of their modules; colours are converted in between as darktable converts them."""

    def __init__(self, links: Sequence[PipelineStep], networks: Sequence[nn.Module]) -> None:
        super().__init__()
        self.links = tuple(links)
        self.networks = nn.ModuleList(networks)

    @classmethod
    def of(cls, links: Sequence[PipelineStep], models: Path) -> Chain:
        """Return the chain with the weights in the directory of models; their gradients are off.

        Raises:
            Failure: a module has no weights there.
        """
        names = [link.module.name for link in links]
        networks = [
            load(weights_of(name, models), link.module, link.definition.network)
            for name, link in zip(names, links, strict=True)
        ]
        chain = cls(links, networks).eval()
        chain.requires_grad_(False)
        return chain

    def forward(self, light: Tensor, sliders: Sequence[Tensor]) -> list[Tensor]:
        """Run the chain.

        Args:
            light: [B, 3, H, W], linear Rec709.
            sliders: [B, P] for each module, in darktable's units.

        Returns:
            What each module makes, [B, 3, H, W] in its own space.
        """
        made: list[Tensor] = []
        pixels, space = light, LINEAR
        for link, network, values in zip(self.links, self.networks, sliders, strict=True):
            pixels = call(network, link.module, convert(pixels, space, link.space), values)
            space = link.result_space
            made.append(pixels)
        return made

    def light(self, light: Tensor, sliders: Sequence[Tensor]) -> Tensor:
        """Return the output of the last module, as linear Rec709."""
        return to_rec709(self(light, sliders)[-1], self.links[-1].result_space)

    def positions(self, like: Tensor) -> list[Tensor]:
        """Return the slider values of each module, [1, P]."""
        return [like.new_tensor([list(link.sliders.values())]) for link in self.links]


def run(chain: Chain, light: Pixels) -> list[Pixels]:
    """Return the output of each module, H x W x 3 in its own space, for an image in linear Rec709."""
    image = as_tensor(light)
    with torch.no_grad(), half_the_cores():
        return [as_pixels(made) for made in chain(image, chain.positions(image))]


def as_tensor(light: Pixels, kind: torch.dtype = torch.float32) -> Tensor:
    """Return an image as a tensor [1, 3, H, W]."""
    return torch.from_numpy(light).permute(2, 0, 1)[None].to(kind)


def as_pixels(image: Tensor) -> Pixels:
    """Return the inverse of `as_tensor`."""
    pixels: Pixels = image[0].permute(1, 2, 0).contiguous().float().numpy()
    return pixels
