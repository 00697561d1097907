"""Find the sliders of a chain that turn one image into another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import qmc
from torch import Tensor

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtproxies.pipeline.chain import Chain
from dtproxies.regress.descent import Descent, LossReached, Objective
from dtproxies.regress.free_parameters import Sliders, Unknowns, unknowns
from dtproxies.regress.image_loss import Target
from dtproxies.render.torch_threads import half_the_cores

PROBES = 4
"""Positions looked at for each start, as a power of two."""
FAR = 1e-5
"""Mean square above which small steps are tried after L-BFGS: 50 dB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Effort of a search."""

    starts: int = 4
    """Descents; there is at least one for each combination of choices."""
    short: int = 12
    """Steps of each descent before the best ones are chosen."""
    long: int = 150
    finalists: int = 2
    small: int = 150
    """Steps of Adam where L-BFGS ends far away."""
    enough: float = 1e-9
    """Mean square that ends the search: 90 dB."""
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Found:
    """Result of a search."""

    sliders: Sliders
    psnr: float
    """Display PSNR of the chain at these sliders, in dB."""
    evaluations: int
    best: Descent
    descents: Sequence[Descent]


def search(chain: Chain, light: Tensor, target: Target, settings: Settings, console: Console) -> Found:
    """Search the free sliders of the chain.

    Positions from a scrambled Sobol sequence and the pipeline's own are looked at, for every combination of the free
    choices. From the best of them L-BFGS takes a few steps, and from the best of those it goes on to the end. Where
    that is still far away, Adam goes on from there, and L-BFGS ends it.

    Args:
        chain: in double precision.
        light: [1, 3, H, W], linear Rec709, in double precision.
        target: the image that is wanted.
        settings: how long.
        console: where progress goes.

    Raises:
        NothingToDo: no slider is free.
        Failure: too many combinations of choices, or the loss is nowhere finite.
    """
    with half_the_cores(), console.progress("searching sliders") as advance:
        objective = Objective(
            loss=lambda sliders: target.loss(chain.light(light, sliders)), advance=advance, enough=settings.enough
        )
        descents = _starts(objective, unknowns(chain.links), settings)
        best = _descend(objective, descents, settings)
    sliders = best.unknowns.sliders(best.numbers)
    with torch.no_grad():
        psnr = target.psnr(chain.light(light, sliders))
    return Found(
        sliders=best.unknowns.values(best.numbers),
        psnr=psnr,
        evaluations=objective.evaluations,
        best=best,
        descents=descents,
    )


def _starts(objective: Objective, combinations: Sequence[Unknowns], settings: Settings) -> list[Descent]:
    """Return the best position of each combination of choices, then the best of all others."""
    each, others = [], []
    for number, one in enumerate(combinations):
        probes = [objective.start(one, one.numbers(shares)) for shares in _shares(one, settings, number)]
        probes = sorted((probe for probe in probes if np.isfinite(probe.loss)), key=lambda probe: probe.loss)
        each += probes[:1]
        others += probes[1:]
    if not each:
        raise Failure("the images cannot be compared: the chain makes no finite number of this one")
    others.sort(key=lambda probe: probe.loss)
    taken = [*each, *others[: max(0, settings.starts - len(each))]]
    return sorted(taken, key=lambda probe: probe.loss)


def _shares(one: Unknowns, settings: Settings, number: int) -> list[list[float]]:
    if not one.places:
        return [[]]
    sobol = qmc.Sobol(len(one.places), rng=np.random.default_rng([settings.seed, number]))
    drawn: list[list[float]] = sobol.random_base2(PROBES).tolist()
    return [one.shares(), *drawn]


def _descend(objective: Objective, descents: list[Descent], settings: Settings) -> Descent:
    def best() -> Descent:
        return min(descents, key=lambda one: one.loss)

    if not best().unknowns.places:
        return best()
    try:
        for one in descents:
            objective.lbfgs(one, settings.short)
        for one in sorted(descents, key=lambda one: one.loss)[: settings.finalists]:
            objective.lbfgs(one, settings.long)
        if best().loss > FAR:
            one = best()
            objective.adam(one, settings.small)
            objective.lbfgs(one, settings.long)
    except LossReached:
        pass
    return best()
