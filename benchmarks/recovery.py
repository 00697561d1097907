"""Recover sliders from darktable's own exports, and render with the found sliders.

    .venv/bin/python -m benchmarks.recovery [--targets N] [--write]

Chains are random choices, reproducible for the same proxies, from all modules whose proxies have weights and a limited
receptive field. Each target is a photograph that no proxy was fitted on, exported by darktable-cli through the chain
with random sliders over their full ranges. Every slider of every module is searched, and darktable-cli renders once
more with the found ones. An error is the distance to the true slider as a fraction of its range.

Not every slider is identifiable: one may have no effect on an image, or the same effect as others. The Jacobian of the
chain at the true sliders (differences of the display-referred image) decides. Let J be this Jacobian, and let one
slider move by a twentieth of its range while all others may compensate. The smallest change of the image is then the
move divided by the square root of the slider's entry on the diagonal of (JᵀJ)⁻¹. A slider is identifiable if this
change exceeds rounding to 8 bits.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks._chains import chains, step_at
from benchmarks._page import psnr_statistics, write_tables
from dtbase.imaging.psnr import psnr
from dtbase.terminal.console import Console
from dtproxies.images.image import DIRECTORY, LinearImage, read_photographs
from dtproxies.images.metrics import CAP, summarise
from dtproxies.images.module_spaces import to_display
from dtproxies.images.training_images import ImageSequence
from dtproxies.pipeline.chain import Chain, as_tensor
from dtproxies.pipeline.open_pipeline import Pipeline, open_pipeline
from dtproxies.pipeline.request import ModuleRequest, Request
from dtproxies.pipeline.steps import LINEAR, PipelineStep
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.sampling import Mixture, sample
from dtproxies.proxy.weight_files import modules_with_weights
from dtproxies.regress.command import render
from dtproxies.regress.free_parameters import slider_errors
from dtproxies.regress.image_loss import Target, to_srgb_clipped
from dtproxies.regress.search import Settings, search
from dtproxies.render.torch_threads import half_the_cores
from dtproxies.vocabulary.axis import axis

MODELS = Path("models")
SIDE, SEED = 128, 5_000_011
CHAINS, LONGEST = 5, 3
TARGETS = 10
"""Number of targets of each chain."""
FULL_RANGE = Mixture(near_default=0, sweeps=0, corners=0)
NUDGE, ROUNDING = 0.05, 1 / (255 * np.sqrt(12))
"""Move of a slider that must be visible, as a fraction of its range; and the RMS error of rounding to 8 bits."""
STEP, NOTHING = 1e-3, 1e-18
"""Step of the Jacobian's differences, as a fraction of a range; and the minimum eigenvalue, so that none is zero."""
TARGET_MEDIAN, TARGET_P95, TARGET_PSNR = 0.01, 0.05, 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Results for one target image."""

    chain: str
    errors: dict[str, float]
    identifiable: frozenset[str]
    """Sliders whose effect on the image differs from that of all others."""
    psnr: float
    """Display PSNR of darktable's export with the found sliders, against the target."""
    evaluations: int
    seconds: float
    """Wall time of the search alone."""


def main(arguments: Sequence[str] = ()) -> int:
    """Print one line per chain; return 1 if the results over all chains miss a target."""
    parser = argparse.ArgumentParser(prog="benchmarks.recovery")
    parser.add_argument("--targets", type=int, default=TARGETS, help="number of targets of each chain")
    parser.add_argument("--write", action="store_true", help="write the table into docs/proxy-benchmarks.md")
    options = parser.parse_args(arguments)
    modules = [load_definition(name).module for name in modules_with_weights(MODELS)]
    local = [one for one in modules if one.space != "raw" and one.receptive_field is not None and one.sliders]
    longest = min(LONGEST, len(local))
    names_of_chains = chains(local, [longest, longest - 1], CHAINS, SEED)
    console, rows = Console(), []
    with console.progress("targets", options.targets * len(names_of_chains)) as advance:
        for number, names in enumerate(names_of_chains):
            for one in recover(names, options.targets, [SEED, number]):
                rows.append(one)
                advance(1)
    return report(console, rows, write=options.write)


def recover(names: Sequence[str], count: int, seed: Sequence[int]) -> Iterator[Recovery]:
    """Render targets with darktable and search their sliders."""
    scenes = ImageSequence(
        photographs=read_photographs(DIRECTORY, "evaluate"), side=SIDE, seed=seed[-1] + SEED, chart_fraction=0
    )
    request = Request(modules=[ModuleRequest(module=name) for name in names])
    with open_pipeline(request, scenes.image(0), MODELS) as opened:
        samples = {
            name: sample(definition.module, count, seed=list(seed), reachable=definition.reachable, mixture=FULL_RANGE)
            for name in names
            for definition in [load_definition(name)]
        }
        for number in range(count):
            truth = [step_at(step, samples[step.module.name][number]) for step in opened.chain.steps]
            yield _recover(opened, truth, scenes.image(number))


def _recover(opened: Pipeline, truth: Sequence[PipelineStep], source: LinearImage) -> Recovery:
    chain, light = opened.chain.double(), as_tensor(source.pixels).double()
    after = render(opened, truth, source)
    started = time.perf_counter()
    quiet = Console(StringIO(), StringIO(), quiet=True)
    target = Target(light=as_tensor(after).double(), clipped=False)
    result = search(chain, light, target, Settings(), quiet)
    seconds = time.perf_counter() - started
    at = [replace(step, sliders=values) for step, values in zip(truth, result.sliders, strict=True)]
    rendered = render(opened, at, source)
    return Recovery(
        chain=" > ".join(step.module.name for step in truth),
        errors=slider_errors(truth, result.sliders),
        identifiable=frozenset(_identifiable_sliders(chain, truth, light)),
        psnr=psnr(to_display(rendered, LINEAR), to_display(after, LINEAR), cap=CAP),
        evaluations=result.evaluations,
        seconds=seconds,
    )


def _identifiable_sliders(chain: Chain, truth: Sequence[PipelineStep], light: Tensor) -> list[str]:
    """Return the names of the identifiable sliders, as defined above. A choice is moved to its next value."""
    base = _display_values(chain, truth, light)
    names, columns, moves = [], [], []
    for at, pipeline_step in enumerate(truth):
        for slider in pipeline_step.module.sliders:
            along = axis(slider)
            coordinate, length = float(along.coordinates(pipeline_step.sliders[slider.name])), along.high - along.low
            step = 1.0 if slider.choices else STEP * length
            moved = coordinate + step if coordinate + step <= along.high else coordinate - step
            sliders = {**pipeline_step.sliders, slider.name: float(along.values(np.array(moved)))}
            changed = _display_values(
                chain, [*truth[:at], replace(pipeline_step, sliders=sliders), *truth[at + 1 :]], light
            )
            names.append(f"{pipeline_step.module.name}.{slider.name}")
            columns.append((changed - base) / (1.0 if slider.choices else STEP))
            moves.append(1.0 if slider.choices else NUDGE)
    mask = identifiable(np.stack(columns, axis=1), np.array(moves))
    return [name for name, one in zip(names, mask, strict=True) if one]


def identifiable(jacobian: NDArray[np.float64], moves: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return for each slider whether its move changes the image by more than rounding, whatever the others do.

    Args:
        jacobian: [values of the image, sliders], derivative with respect to the fraction of the range.
        moves: [sliders], move of each as a fraction of its range.
    """
    values, vectors = np.linalg.eigh(jacobian.T @ jacobian / len(jacobian))
    inverse = np.sum(vectors**2 / np.maximum(values, NOTHING), axis=1)
    return np.asarray(moves / np.sqrt(inverse) > ROUNDING)


def _display_values(chain: Chain, steps: Sequence[PipelineStep], light: Tensor) -> NDArray[np.float64]:
    """Return the display-referred output of the chain as one row of values."""
    with half_the_cores(), torch.no_grad():
        chain = Chain(steps, list(chain.networks))
        values: NDArray[np.float64] = to_srgb_clipped(chain.light(light, chain.positions(light))).flatten().numpy()
    return values


def report(console: Console, rows: Sequence[Recovery], *, write: bool) -> int:
    """Print the results; return 1 if a target is missed over all images."""
    columns = [
        *("chain", "images", "sliders", "error, all: median (% of range)", "p95", "identifiable sliders"),
        *("error, identifiable: median", "p95", "PSNR after re-rendering: mean (dB)", "p5", "min"),
    ]
    names = list(dict.fromkeys(row.chain for row in rows))
    table = [_line(name, [row for row in rows if row.chain == name]) for name in names]
    title = f"errors in % of range; PSNR of darktable's render; {os.cpu_count()} cores, load "
    table.append(_line("all", rows))
    console.table([*columns, "loss evaluations", "wall time (s)"], table, title=f"{title}{os.getloadavg()[0]:.1f}")
    identified = [row.errors[name] for row in rows for name in row.identifiable]
    median, p95, mean = np.median(identified), np.percentile(identified, 95), float(np.mean([row.psnr for row in rows]))
    targets = [
        (median <= TARGET_MEDIAN, f"median error {median:.1%} of the range (target: at most {TARGET_MEDIAN:.0%})"),
        (p95 <= TARGET_P95, f"95th percentile {p95:.1%} (target: at most {TARGET_P95:.0%})"),
        (mean >= TARGET_PSNR, f"re-rendered {mean:.1f} dB on average (target: at least {TARGET_PSNR:g} dB)"),
    ]
    verdict = "; ".join(f"{text}: {'met' if met else 'missed'}" for met, text in targets)
    verdict = f"Identifiable sliders: {verdict}."
    console.say(verdict)
    if write:
        write_tables("recovery", [([*columns, "loss evaluations", "wall time (s)"], table)], verdict)
    return 0 if all(met for met, _ in targets) else 1


def _line(name: str, rows: Sequence[Recovery]) -> list[str]:
    every = [error for row in rows for error in row.errors.values()]
    identified = [row.errors[slider] for row in rows for slider in row.identifiable]
    return [
        *(name, str(len(rows)), str(len(every)), *_spread(every), str(len(identified)), *_spread(identified)),
        *psnr_statistics(summarise([row.psnr for row in rows], high_is_good=True)),
        *(f"{np.median([row.evaluations for row in rows]):.0f}", f"{np.median([row.seconds for row in rows]):.1f}"),
    ]


def _spread(values: Sequence[float]) -> list[str]:
    return [f"{100 * np.median(values):.2f}", f"{100 * np.percentile(values, 95):.2f}"] if values else ["", ""]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
