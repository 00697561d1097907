"""UNet with broadcast slider maps as extra channels: the architecture of DarkProxies, with its gradient bug fixed."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from dtproxies.networks.colour import convert
from dtproxies.networks.encoding import from_stops, to_stops
from dtproxies.networks.sliders import SliderEmbedding
from dtproxies.vocabulary.module import Module

WIDTHS = (32, 64, 128, 256, 512)
"""Channels of its levels: 7.8 million parameters with three channels in and out."""
MULTIPLE = 2 ** (len(WIDTHS) - 1)
"""Images are padded to multiples of this."""


class UNet(nn.Module):
    """Two 3 x 3 convolutions per level, max-pooling, transposed convolutions, and a residual connection from the image.

    Sliders, scaled to about one, are extra channels of the image and of the input of each encoder level. Differences
    from DarkProxies: sliders are scaled; a slider is one value instead of one per pixel; and inputs and outputs are not
    clipped, for which linear values are encoded as stops and Lab is divided by 100.
    """

    def __init__(self, module: Module) -> None:
        super().__init__()
        self._module = module
        channels = 1 if module.space == "raw" else 3
        self.dials = SliderEmbedding(module.sliders)
        ends = [channels, *WIDTHS[:-1]]
        self.down = nn.ModuleList(_double(one + self.dials.size, to) for one, to in zip(ends, WIDTHS, strict=True))
        pairs = list(zip(WIDTHS[:0:-1], WIDTHS[-2::-1], strict=True))
        self.grow = nn.ModuleList(nn.ConvTranspose2d(one, to, 2, stride=2) for one, to in pairs)
        self.up = nn.ModuleList(_double(2 * to, to) for _, to in pairs)
        self.last = nn.Conv2d(WIDTHS[0], channels, 1)

    def forward(self, image: Tensor, sliders: Tensor, *_frame: Tensor) -> Tensor:
        """[B, C, H, W] and [B, P] -> [B, C, H, W]; the frame is not used."""
        module, (height, width) = self._module, image.shape[-2:]
        image = functional.pad(image, (0, -width % MULTIPLE, 0, -height % MULTIPLE), mode="replicate")
        start = image if module.space == module.result_space else convert(image, module.space, module.result_space)
        features = encoded = start / 100 if module.result_space == "lab" else to_stops(start)
        embedding, skips = self.dials(sliders)[..., None, None], []
        for level, block in enumerate(self.down):
            features = functional.max_pool2d(features, 2) if level else features
            features = block(torch.cat([features, embedding.expand(-1, -1, *features.shape[-2:])], dim=1))
            skips.append(features)
        for grow, block, skip in zip(self.grow, self.up, skips[-2::-1], strict=True):
            features = block(torch.cat([grow(features), skip], dim=1))
        output = (encoded + self.last(features))[..., :height, :width]
        return 100 * output if module.result_space == "lab" else from_stops(output)


def _double(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU()
    )
