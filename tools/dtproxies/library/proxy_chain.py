"""Several proxies one after another: by name, or as an edit of darktable uses them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from dtbase.system.errors import WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtproxies.library.free_sliders import FreeSliders
from dtproxies.library.image_argument import Image
from dtproxies.library.proxy import Proxy, load
from dtproxies.library.slider_arguments import SliderValue
from dtproxies.vocabulary.module import Space

Settings = Mapping[str, Mapping[str, SliderValue]]
"""Sliders by name, for each module by name."""


class FreeChain(nn.Module):
    """Free sliders of several modules; calling it returns `{module: {slider: tensor}}`, to pass to the chain."""

    def __init__(self, modules: Mapping[str, FreeSliders]) -> None:
        super().__init__()
        self._free = dict(modules)
        self.by_module = nn.ModuleDict(self._free)
        """Holds the parameters."""

    def forward(self) -> dict[str, dict[str, Tensor]]:
        """Return the sliders of each module as tensors with gradients."""
        return {name: free() for name, free in self._free.items()}

    def values(self) -> dict[str, dict[str, float]]:
        """Return the present values as numbers."""
        return {name: free.values() for name, free in self._free.items()}


@dataclass(frozen=True, eq=False)
class ProxyChain:
    """Proxies in the order in which they run. `chain(image, exposure={"exposure": 1.0})` runs them all."""

    proxies: tuple[Proxy, ...]
    settings: Settings = field(default_factory=dict)
    """Sliders that differ from the defaults; those of the edit, if the chain was read from one."""

    def __call__(self, image: Image, /, **settings: Mapping[str, SliderValue]) -> Image:
        """Run all proxies.

        Args:
            image: as for a `Proxy`: linear Rec709, H x W x 3 or B x 3 x H x W, numpy or torch.
            settings: sliders of a module by name; they replace those of `self.settings` one by one.

        Raises:
            WrongUsage: a module is not in the chain, or as for a `Proxy`.
        """
        known = [proxy.name for proxy in self.proxies]
        for name in settings:
            if name not in known:
                raise WrongUsage(f"{name} is not in the chain", fix=did_you_mean(name, known))
        for proxy in self.proxies:
            sliders = {**self.settings.get(proxy.name, {}), **settings.get(proxy.name, {})}
            image = proxy(image, **sliders)
        return image

    def free(self, **names: Sequence[str]) -> FreeChain:
        """Return free sliders: those named for each module, or all but choices of every module.

        `free = chain.free(exposure=["exposure"]); chain(image, **free())`. They start from the chain's settings.
        """
        chosen = names or {proxy.name: () for proxy in self.proxies if any(not one.choices for one in proxy.sliders)}
        by_name = {proxy.name: proxy for proxy in self.proxies}
        if unknown := [name for name in chosen if name not in by_name]:
            raise WrongUsage(f"{unknown[0]} is not in the chain", fix=did_you_mean(unknown[0], by_name))
        return FreeChain(
            {
                name: by_name[name].free(*sliders, **self._start(by_name[name], sliders))
                for name, sliders in chosen.items()
            }
        )

    def _start(self, proxy: Proxy, names: Sequence[str]) -> dict[str, Any]:
        continuous = {slider.name for slider in proxy.sliders if not slider.choices}
        stated = self.settings.get(proxy.name, {})
        return {name: value for name, value in stated.items() if name in continuous and (not names or name in names)}


def chain(
    source: str | Path | Iterable[str | Proxy],
    image: NDArray[Any] | None = None,
    *,
    space: Space = "input-rgb",
    models: Path | None = None,
    device: str | None = None,
) -> ProxyChain:
    """Build a chain of proxies.

    Args:
        source: names of modules or proxies, in the order in which they run; or the path of a sidecar (.xmp), a style
            (.dtstyle) or a .yaml file. Those run in darktable's order with the sliders of the edit; darktable has to
            be installed, because its own code reads the parameters.
        image: the image that an edit is for, H x W x 3 in linear Rec709; darktable chooses parameters by it.
        space: colour space between the proxies, as for `load`.
        models: directory of models, as for `load`.
        device: as for `load`.

    Raises:
        WrongUsage: a module has no proxy, one is listed twice, or an edit comes without an image.
        Failure: the edit cannot be read, uses what proxies cannot do, or there is no darktable.
    """
    if isinstance(source, str | Path):
        return _from_edit(Path(source), image, space, models, device)
    proxies = tuple(
        one if isinstance(one, Proxy) else load(one, space=space, models=models, device=device) for one in source
    )
    names = [proxy.name for proxy in proxies]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise WrongUsage(f"{twice[0]} is listed twice", fix="build two chains, and pass the output of one to the other")
    return ProxyChain(proxies)


def _from_edit(
    path: Path, image: NDArray[Any] | None, space: Space, models: Path | None, device: str | None
) -> ProxyChain:
    from dtproxies.images.image import LinearImage
    from dtproxies.pipeline.open_pipeline import open_pipeline
    from dtproxies.pipeline.request import read_request
    from dtproxies.proxy.weight_files import default_directory

    request = read_request(str(path))
    if image is None:
        raise WrongUsage(f"{path} needs an image", fix="pass the image that the edit is for: chain(path, image)")
    source = LinearImage(path.name, np.asarray(image, np.float32))
    with open_pipeline(request, source, models or default_directory()) as pipeline:
        steps = pipeline.chain.steps
    proxies = tuple(load(step.module.name, space=space, models=models, device=device) for step in steps)
    return ProxyChain(proxies, {step.module.name: dict(step.sliders) for step in steps})
