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
from dtproxies.regress.free_parameters import FreeParameters, Sliders, free_parameters
from dtproxies.regress.image_loss import Target
from dtproxies.render.torch_threads import half_the_cores

PROBES = 5
"""Number of sampled positions for each combination of choices, as a power of two."""
ADAM_THRESHOLD = 1e-5
"""Mean square error above which Adam is tried after the others: 50 dB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Effort of a search."""

    starts: int = 8
    """Number of descents; there is at least one for each combination of choices."""
    short: int = 12
    """L-BFGS steps of each descent before the finalists are chosen."""
    few: int = 6
    """Least-squares steps after them."""
    many: int = 40
    """Least-squares steps of each finalist."""
    long: int = 150
    """L-BFGS steps of each finalist."""
    finalists: int = 2
    small: int = 150
    """Adam steps if the loss after L-BFGS is above `ADAM_THRESHOLD`."""
    enough: float = 1e-9
    """Mean square error that ends the search: 90 dB."""
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """Result of a search."""

    sliders: Sliders
    psnr: float
    """PSNR of the chain at these sliders in dB, sRGB display-referred."""
    evaluations: int
    best: Descent
    descents: Sequence[Descent]


def search(chain: Chain, light: Tensor, target: Target, settings: Settings, console: Console) -> SearchResult:
    """Search the free sliders of the chain.

    For every combination of the free choices, the loss is evaluated at the pipeline's own position and at positions of
    a scrambled Sobol sequence. L-BFGS and Levenberg-Marquardt take a few steps from the best positions, and many from
    the best results. If the loss is still high, Adam continues from the best result, followed by L-BFGS.

    Args:
        chain: chain in float64.
        light: input image, [1, 3, H, W], linear Rec709, in float64.
        target: target image.
        settings: effort of the search.
        console: console for progress.

    Raises:
        NothingToDo: no slider is free.
        Failure: there are too many combinations of choices, or the loss is finite at no position.
    """
    with half_the_cores(), console.progress("searching sliders") as advance:
        objective = Objective(
            residuals=lambda sliders: target.residuals(chain.light(light, sliders)),
            advance=advance,
            enough=settings.enough,
        )
        descents = _starts(objective, free_parameters(chain.steps), settings)
        best = _descend(objective, descents, settings)
    sliders = best.parameters.sliders(best.variables)
    with torch.no_grad():
        psnr = target.psnr(chain.light(light, sliders))
    return SearchResult(
        sliders=best.parameters.values(best.variables),
        psnr=psnr,
        evaluations=objective.evaluations,
        best=best,
        descents=descents,
    )


def _starts(objective: Objective, combinations: Sequence[FreeParameters], settings: Settings) -> list[Descent]:
    """Return the best position of each combination of choices, then the best of all others."""
    best, others = [], []
    for number, one in enumerate(combinations):
        starts = _start_fractions(one, settings, number)
        probes = [objective.start(one, one.variables(fractions)) for fractions in starts]
        probes = sorted((probe for probe in probes if np.isfinite(probe.loss)), key=lambda probe: probe.loss)
        best += probes[:1]
        others += probes[1:]
    if not best:
        raise Failure("the images cannot be compared: the output of the chain is not finite")
    others.sort(key=lambda probe: probe.loss)
    selected = [*best, *others[: max(0, settings.starts - len(best))]]
    return sorted(selected, key=lambda probe: probe.loss)


def _start_fractions(one: FreeParameters, settings: Settings, number: int) -> list[list[float]]:
    if not one.free:
        return [[]]
    sobol = qmc.Sobol(len(one.free), rng=np.random.default_rng([settings.seed, number]))
    positions: list[list[float]] = sobol.random_base2(PROBES).tolist()
    return [one.start_fractions(), *positions]


def _descend(objective: Objective, descents: list[Descent], settings: Settings) -> Descent:
    def best() -> Descent:
        return min(descents, key=lambda one: one.loss)

    if not best().parameters.free:
        return best()
    try:
        for one in descents:
            objective.lbfgs(one, settings.short)
            objective.least_squares(one, settings.few)
        for one in sorted(descents, key=lambda one: one.loss)[: settings.finalists]:
            objective.least_squares(one, settings.many)
            objective.lbfgs(one, settings.long)
        if best().loss > ADAM_THRESHOLD:
            one = best()
            objective.adam(one, settings.small)
            objective.lbfgs(one, settings.long)
    except LossReached:
        pass
    return best()
