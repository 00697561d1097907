"""A loaded proxy: call it with an image and sliders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from dtproxies.library.free_sliders import FreeSliders, free_sliders
from dtproxies.library.image_argument import Image, to_batch
from dtproxies.library.proxy_module import ProxyModule
from dtproxies.library.slider_arguments import SliderValue, slider_row
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.weight_files import weights_of
from dtproxies.proxy.weights import load as load_weights
from dtproxies.vocabulary.module import Module, Slider, Space


@dataclass(frozen=True, eq=False)
class Proxy:
    """Proxy of one darktable module.

    `proxy(image, exposure=1.0)` takes and returns numpy arrays or tensors, H x W x 3 or B x 3 x H x W, linear Rec709
    with 1 as white. Sliders that are not named have their defaults. Tensors keep their gradients.
    """

    describes: Module
    """The module: its name, colour space, receptive field."""
    module: ProxyModule
    """The same as a plain `torch.nn.Module`: `module(image [B, 3, H, W], sliders [B, P])`."""

    @property
    def name(self) -> str:
        """The name that darktable gives the module."""
        return self.describes.name

    @property
    def sliders(self) -> tuple[Slider, ...]:
        """The sliders in the order of `module`: name, range, default, unit, choices."""
        return self.describes.sliders

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        tensors = [*self.module.parameters(), *self.module.buffers()]
        return tensors[0].device if tensors else torch.device("cpu")

    def __call__(self, image: Image, /, *, frame: Any = None, **sliders: SliderValue) -> Image:
        """Run the proxy.

        Args:
            image: H x W x 3 or B x 3 x H x W, numpy or torch, in the space of the proxy; a mosaic has one channel.
            frame: [B, 4] or [4], left, top, width, height of the whole photograph, if the image is a part of it.
            sliders: numbers in darktable's units, names of choices, or tensors.

        Returns:
            The output, of the same kind, type and shape.

        Raises:
            WrongUsage: another shape, an unknown slider or choice, or a number outside its range.
        """
        channels = 1 if self.describes.space == "raw" else 3
        batch, back = to_batch(image, channels, self.device)
        row = slider_row(self.describes, sliders, batch)
        at = None if frame is None else torch.as_tensor(frame).to(batch).reshape(-1, 4).expand(len(batch), 4)
        with torch.set_grad_enabled(torch.is_grad_enabled() and _differentiable(image, sliders)):
            result: Image = back(self.module(batch, row, at))
        return result

    def free(self, *names: str, **start: float | str) -> FreeSliders:
        """Return sliders as unconstrained parameters: those named, or all but choices.

        `free = proxy.free("exposure"); proxy(image, **free())`. `start` gives values to start from.
        """
        return free_sliders(self.describes, names, start)

    def to(self, device: str | torch.device) -> Self:
        """Return the proxy on another device."""
        return replace(self, module=self.module.to(device))


def load(name: str, *, space: Space = "input-rgb", models: Path | None = None, device: str | None = None) -> Proxy:
    """Load a proxy with its released weights.

    Args:
        name: darktable's name of the module, such as `exposure`; `dtproxies modules` lists them.
        space: colour space of images and outputs: `input-rgb` is linear Rec709, `work-rgb` linear Rec2020, `lab`,
            `display` sRGB-encoded. The module's own space saves the conversion.
        models: directory of models with `proxy-<name>/`; by default the current one or the installed package.
        device: `cuda`, `cpu`; by default a GPU if there is one.

    Raises:
        WrongUsage: there is no such proxy.
        Failure: it has no weights.
    """
    definition = load_definition(name)
    network = load_weights(weights_of(name, models), definition.module, definition.network)
    chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
    module = ProxyModule(network, definition.module, space).requires_grad_(False).eval()
    return Proxy(definition.module, module.to(chosen))


def _differentiable(image: Any, sliders: Any) -> bool:
    tensors = [value for value in (image, *sliders.values()) if isinstance(value, Tensor)]
    return any(tensor.requires_grad for tensor in tensors)
