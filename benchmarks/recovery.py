"""Sliders found again from darktable's own exports, and darktable's picture at what was found.

    .venv/bin/python -m benchmarks.recovery [TARGETS OF EACH CHAIN]

Chains are drawn, always the same for the same proxies, from all modules whose proxies have weights and do not look at
the whole picture. Each target is a photograph that no proxy was fitted on, exported by darktable-cli through the chain
with random sliders over their full ranges; every slider of every module is searched, and darktable-cli renders once
more with what was found. An error is the distance to the true slider as a share of its range. A slider counts as seen
when moving it by a twentieth of its range changes the picture by more than rounding to 8 bits does.
"""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

import numpy as np
from torch import Tensor

from dtbase.console import Console
from dtbase.psnr import psnr
from dtproxies.axis import axis
from dtproxies.cores import half_the_cores
from dtproxies.images import FOLDER, Picture, photographs
from dtproxies.member import proxied
from dtproxies.metrics import CAP
from dtproxies.pipeline.chain import Chain, as_tensor
from dtproxies.pipeline.links import LINEAR, Link
from dtproxies.pipeline.opened import Pipeline, open_pipeline
from dtproxies.pipeline.wanted import Request, Wanted
from dtproxies.regress.command import render
from dtproxies.regress.loss import Target
from dtproxies.regress.search import Settings, search
from dtproxies.regress.unknowns import errors
from dtproxies.sampling import Mixture, sample
from dtproxies.scenes import Scenes
from dtproxies.spaces import shown
from dtproxies.trained import trained

MODELS = Path("models")
SIDE, SEED = 128, 5_000_011
CHAINS, LONGEST = 5, 3
TARGETS = 10
"""Of each chain."""
FULL_RANGE = Mixture(near_default=0, sweeps=0, corners=0)
NUDGE, ROUNDING = 0.05, -10 * np.log10(1 / (12 * 255**2))
"""How far a slider is moved to be seen, and what rounding to 8 bits costs, in decibels."""
WANTED_MEDIAN, WANTED_P95, WANTED_PSNR = 0.01, 0.05, 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """One target."""

    chain: str
    errors: dict[str, float]
    seen: frozenset[str]
    """Sliders that can be told from the picture."""
    psnr: float
    """Display PSNR of darktable's export with the found sliders, against the target."""
    evaluations: int
    seconds: float
    """Of the search alone."""


def main() -> int:
    """Print one line for each chain; 1 if the figures over all of them fall short."""
    count = int(sys.argv[1]) if sys.argv[1:] else TARGETS
    console, rows = Console(), []
    with console.progress("targets", count * CHAINS) as advance:
        for number, names in enumerate(chains()):
            for one in recover(names, count, [SEED, number]):
                rows.append(one)
                advance(1)
    return report(console, rows)


def chains() -> list[tuple[str, ...]]:
    """Names of the modules of each chain, as many at most as there are or `LONGEST`; the same each time."""
    modules = [proxied(name).module for name in trained(MODELS)]
    names = [one.name for one in modules if one.space != "raw" and one.reach is not None and one.sliders]
    longest = min(LONGEST, len(names))
    all_of_them = [one for size in (longest, longest - 1) for one in itertools.combinations(names, size)]
    rng = np.random.default_rng(SEED)
    return [all_of_them[at] for at in rng.permutation(len(all_of_them))[:CHAINS]]


def recover(names: Sequence[str], count: int, seed: Sequence[int]) -> Iterator[Recovered]:
    """Make targets with darktable and search their sliders."""
    scenes = Scenes(photographs=photographs(FOLDER, "evaluate"), side=SIDE, seed=seed[-1] + SEED, charts=0)
    request = Request(modules=[Wanted(module=name) for name in names])
    with open_pipeline(request, scenes.picture(0), MODELS) as opened:
        drawn = {
            name: sample(found.module, count, seed=list(seed), reachable=found.reachable, mixture=FULL_RANGE)
            for name in names
            for found in [proxied(name)]
        }
        for number in range(count):
            truth = [_at(link, drawn[link.module.name][number]) for link in opened.chain.links]
            yield _recover(opened, truth, scenes.picture(number))


def _recover(opened: Pipeline, truth: Sequence[Link], picture: Picture) -> Recovered:
    chain, light = opened.chain.double(), as_tensor(picture.pixels).double()
    after = render(opened, truth, picture)
    started = time.perf_counter()
    quiet = Console(StringIO(), StringIO(), quiet=True)
    target = Target(light=as_tensor(after).double(), clipped=False)
    found = search(chain, light, target, Settings(), quiet)
    seconds = time.perf_counter() - started
    at = [replace(link, sliders=values) for link, values in zip(truth, found.sliders, strict=True)]
    rendered = render(opened, at, picture)
    return Recovered(
        chain=" > ".join(link.module.name for link in truth),
        errors=errors(truth, found.sliders),
        seen=frozenset(_seen(chain, truth, light)),
        psnr=psnr(shown(rendered, LINEAR), shown(after, LINEAR), best=CAP),
        evaluations=found.evaluations,
        seconds=seconds,
    )


def _at(link: Link, position: Sequence[float]) -> Link:
    return replace(link, sliders={name: float(value) for name, value in zip(link.sliders, position, strict=True)})


def _seen(chain: Chain, truth: Sequence[Link], light: Tensor) -> list[str]:
    """Sliders whose nudge changes the picture; a choice is nudged to its next value."""
    names = []
    with half_the_cores():
        base = Chain(truth, list(chain.networks))
        plain = Target(light=base.light(light, base.positions(light)), clipped=False)
        for at, link in enumerate(truth):
            for slider in link.module.sliders:
                along = axis(slider)
                place, step = float(along.places(link.sliders[slider.name])), NUDGE * (along.high - along.low)
                step = 1.0 if slider.choices else step
                moved = place + step if place + step <= along.high else place - step
                sliders = {**link.sliders, slider.name: float(along.values(np.array(moved)))}
                nudged = Chain([*truth[:at], replace(link, sliders=sliders), *truth[at + 1 :]], list(chain.networks))
                if plain.psnr(nudged.light(light, nudged.positions(light))) < ROUNDING:
                    names.append(f"{link.module.name}.{slider.name}")
    return names


def report(console: Console, rows: Sequence[Recovered]) -> int:
    """Print figures; 1 when those over all targets fall short of what is wanted."""
    columns = ["chain", "targets", "sliders", "median", "p95", "seen", "median", "p95", "dB mean", "p5", "worst"]
    names = list(dict.fromkeys(row.chain for row in rows))
    table = [_line(name, [row for row in rows if row.chain == name]) for name in names]
    title = f"errors in % of range; darktable re-rendered, display PSNR; {os.cpu_count()} cores, load "
    console.table(
        [*columns, "evaluations", "s"], [*table, _line("all", rows)], title=f"{title}{os.getloadavg()[0]:.1f}"
    )
    seen = [row.errors[name] for row in rows for name in row.seen]
    mean = float(np.mean([row.psnr for row in rows]))
    met = np.median(seen) <= WANTED_MEDIAN and np.percentile(seen, 95) <= WANTED_P95 and mean >= WANTED_PSNR
    console.say(
        f"wanted of seen sliders: median {WANTED_MEDIAN:.0%}, 95th percentile {WANTED_P95:.0%}; re-rendered "
        f"{WANTED_PSNR:g} dB on average: {'met' if met else 'MISSED'}"
    )
    return 0 if met else 1


def _line(name: str, rows: Sequence[Recovered]) -> list[str]:
    every = [error for row in rows for error in row.errors.values()]
    seen = [row.errors[slider] for row in rows for slider in row.seen]
    decibels = [row.psnr for row in rows]
    return [
        *(name, str(len(rows)), str(len(every)), *_spread(every), str(len(seen)), *_spread(seen)),
        *(f"{np.mean(decibels):.1f}", f"{np.percentile(decibels, 5):.1f}", f"{min(decibels):.1f}"),
        *(f"{np.median([row.evaluations for row in rows]):.0f}", f"{np.median([row.seconds for row in rows]):.1f}"),
    ]


def _spread(values: Sequence[float]) -> list[str]:
    return [f"{100 * np.median(values):.2f}", f"{100 * np.percentile(values, 95):.2f}"] if values else ["", ""]


if __name__ == "__main__":
    sys.exit(main())
