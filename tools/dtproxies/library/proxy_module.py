"""A proxy as a plain torch module, in a colour space of the caller's choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from dtproxies.networks.colour import convert
from dtproxies.networks.frame import call
from dtproxies.vocabulary.module import Module, Space

if TYPE_CHECKING:
    from collections.abc import Mapping


class ProxyModule(nn.Module):
    """`forward(image [B, 3, H, W], sliders [B, P]) -> [B, 3, H, W]`, differentiable in both.

    Image and output are in `space`, linear Rec709 by default. For modules that work on a mosaic, the image is
    [B, 1, H, W] and is not converted. Sliders are in darktable's units, in the order of `describes.sliders`.
    """

    def __init__(self, network: nn.Module, describes: Module, space: Space = "input-rgb") -> None:
        super().__init__()
        self.network = network
        self.describes = describes
        """The module that the network imitates."""
        self.space: Space = space

    def forward(self, image: Tensor, sliders: Tensor, frame: Tensor | None = None) -> Tensor:
        """Run the proxy.

        Args:
            image: [B, 3, H, W].
            sliders: [B, P].
            frame: [B, 4], left, top, width and height of the whole photograph in pixels, if the image is a part of
                it; see `dtproxies.networks.frame`.
        """
        inside = image if self.describes.space == "raw" else convert(image, self.space, self.describes.space)
        output = call(self.network, self.describes, inside, sliders, frame)
        return (
            output if self.describes.result_space == "raw" else convert(output, self.describes.result_space, self.space)
        )


def defaults(describes: Module) -> Mapping[str, float]:
    """The default of each slider, by name."""
    return {slider.name: slider.default for slider in describes.sliders}
