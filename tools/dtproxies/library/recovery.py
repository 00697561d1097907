"""Sliders that turn one image into another, recovered with a chain of proxies."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtbase.system.errors import WrongUsage
from dtbase.terminal.console import Console
from dtproxies.library.proxy import Proxy
from dtproxies.library.proxy_chain import ProxyChain
from dtproxies.library.slider_arguments import checked_number
from dtproxies.pipeline.chain import Chain
from dtproxies.pipeline.steps import PipelineStep
from dtproxies.proxy.definition import load_definition
from dtproxies.regress.crop import centre_crop
from dtproxies.regress.search import Settings, search

GOOD = 40.0
"""PSNR in dB above which two photographs are hard to tell apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """Result of a search."""

    sliders: Mapping[str, Mapping[str, float]]
    """Values of all sliders by name, for each module; those that were not free have the chain's."""
    psnr: float
    """PSNR in dB of the chain with these sliders against the target, sRGB-encoded and clipped."""
    evaluations: int
    """Number of times the chain was run."""

    @property
    def good(self) -> bool:
        """Whether the target was reached: at least `GOOD` dB. If not, free more sliders or add modules."""
        return self.psnr >= GOOD


def recover(
    before: NDArray[Any],
    after: NDArray[Any],
    chain: ProxyChain | Proxy,
    *,
    free: Mapping[str, Sequence[str]] | None = None,
    clipped: bool = False,
    side: int = 192,
    seed: int = 0,
) -> Recovered:
    """Search the sliders of a chain that turn `before` into `after`.

    Args:
        before: H x W x 3, linear Rec709.
        after: target of the same size, linear Rec709.
        chain: the modules; its settings are the first start.
        free: sliders to search, by module; by default all of every module, choices included.
        clipped: True if `after` was stored as integers, so that values outside 0 to 1 are lost.
        side: side in pixels of the part in the middle that is compared; whole images where a module needs them.
        seed: seed of the other starts.

    Raises:
        WrongUsage: the images differ in size, or `free` names what is not in the chain.
        NothingToDo, Failure: as `dtproxies.regress.search.search`.
    """
    if np.shape(before) != np.shape(after) or np.ndim(before) != 3:
        sizes = " and ".join(" x ".join(map(str, np.shape(image))) for image in (before, after))
        raise WrongUsage(f"the images have the shapes {sizes}", fix="pass two images of the same size, H x W x 3")
    whole = ProxyChain((chain,)) if isinstance(chain, Proxy) else chain
    steps = [_step(proxy, whole, free) for proxy in whole.proxies]
    networks = [proxy.module.network for proxy in whole.proxies]
    console = Console(quiet=True)
    first, last = (np.asarray(image, np.float32) for image in (before, after))
    light, target = centre_crop(console, steps, first, last, side, clipped=clipped)
    result = search(_on_cpu(Chain(steps, networks)), light, target, Settings(seed=seed), console)
    found = {step.module.name: dict(values) for step, values in zip(steps, result.sliders, strict=True)}
    return Recovered(sliders=found, psnr=result.psnr, evaluations=result.evaluations)


def _on_cpu(chain: Chain) -> Chain:
    """A copy of the chain in double precision; the caller's proxies stay as they are."""
    return copy.deepcopy(chain).cpu().double().eval().requires_grad_(False)


def _step(proxy: Proxy, chain: ProxyChain, free: Mapping[str, Sequence[str]] | None) -> PipelineStep:
    module, stated = proxy.describes, chain.settings.get(proxy.name, {})
    if module.space == "raw":
        raise WrongUsage(f"{module.name} works on a mosaic, which cannot be searched", fix="leave it out of the chain")
    known = [slider.name for slider in module.sliders]
    chosen = known if free is None else list(free.get(proxy.name, ()))
    if unknown := [name for name in chosen if name not in known]:
        raise WrongUsage(f"{module.name} has no slider '{unknown[0]}'", fix=f"known: {', '.join(known)}")
    values = {
        slider.name: checked_number(slider, stated.get(slider.name, slider.default), f"{module.name}.{slider.name}")
        for slider in module.sliders
    }
    return PipelineStep(
        definition=load_definition(proxy.name),
        sliders=values,
        free=tuple(chosen),
        space=module.space,
        result_space=module.result_space,
    )
