"""Compare chains of five proxies with darktable's own exports, and each proxy alone after other modules.

    .venv/bin/python -m benchmarks.chain [--positions N] [--write]

Chains are random choices, reproducible for the same proxies, from all modules that take images and whose proxies have
weights. At each position all sliders of all modules are random, as in an evaluation; the image is one that no proxy was
fitted on. darktable-cli exports it once with the same sidecar. The output of the last proxy is compared with that
export by PSNR. The second table evaluates each proxy alone, with darktable's own output of the upstream modules as
input. It shows how far training and evaluation on unprocessed images apply in a pipe.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks._chains import chains, step_at
from benchmarks._page import psnr_statistics, write_tables
from dtbase.terminal.console import Console
from dtproxies.evaluation.stored_results import read_stored
from dtproxies.images.image import DIRECTORY, LinearImage, read_photographs
from dtproxies.images.metrics import summarise
from dtproxies.images.training_images import ImageSequence
from dtproxies.pipeline.accuracy import ModuleAccuracy, compare_with_darktable
from dtproxies.pipeline.chain import Chain, run
from dtproxies.pipeline.open_pipeline import Pipeline, open_pipeline
from dtproxies.pipeline.reference_render import export_pipeline
from dtproxies.pipeline.request import ModuleRequest, Request
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.sampling import sample
from dtproxies.proxy.weight_files import modules_with_weights, weights_of
from dtproxies.render.torch_threads import one_core

MODELS = Path("models")
SIDE, SEED = 192, 7_000_003
CHAINS, LENGTH, POSITIONS = 4, 5, 20
TARGET = 45.0
"""Target mean PSNR in dB at the end of a chain of five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainExport:
    """Results of one chain at one position, after each module."""

    chain: str
    results: tuple[ModuleAccuracy, ...]

    @property
    def last(self) -> ModuleAccuracy:
        """Result after the last module."""
        return self.results[-1]


def main(arguments: Sequence[str] = ()) -> int:
    """Print a line per chain and per downstream module; return 1 if the mean over all misses the target."""
    parser = argparse.ArgumentParser(prog="benchmarks.chain")
    parser.add_argument("--positions", type=int, default=POSITIONS, help="number of positions of each chain")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/proxy-benchmarks.md")
    options = parser.parse_args(arguments)
    modules = [
        one
        for one in (load_definition(name).module for name in modules_with_weights(MODELS))
        if one.space != "raw" and one.sliders
    ]
    names_of_chains = chains(modules, [min(LENGTH, len(modules))], CHAINS, SEED)
    console, rows = Console(), []
    with one_core(), console.progress("chains", len(names_of_chains) * options.positions) as advance:
        for number, names in enumerate(names_of_chains):
            for one in exports(names, options.positions, [SEED, number]):
                rows.append(one)
                advance(1)
    return report(console, rows, write=options.write)


def exports(names: Sequence[str], count: int, seed: Sequence[int]) -> Iterator[ChainExport]:
    """Export images through a chain at random positions and compare its proxies with each export."""
    scenes = ImageSequence(
        photographs=read_photographs(DIRECTORY, "evaluate"), side=SIDE, seed=seed[-1] + SEED, chart_fraction=0
    )
    request = Request(modules=[ModuleRequest(module=name) for name in names])
    with open_pipeline(request, scenes.image(0), MODELS) as opened:
        samples = [
            sample(step.module, count, seed=[*seed, at], reachable=step.definition.reachable)
            for at, step in enumerate(opened.chain.steps)
        ]
        for number in range(count):
            yield _export(opened, [positions[number] for positions in samples], scenes.image(number))


def _export(opened: Pipeline, positions: Sequence[Sequence[float]], source: LinearImage) -> ChainExport:
    steps = [step_at(step, position) for step, position in zip(opened.chain.steps, positions, strict=True)]
    chain = Chain(steps, list(opened.chain.networks))
    exported = export_pipeline(opened.darktable, steps, opened.order, source.pixels, opened.renderer.layouts)
    # The export replaces modules rendered individually: both are bit-identical.
    results = compare_with_darktable(chain, source.pixels, run(chain, source.pixels), exported, exported)
    return ChainExport(chain=" > ".join(step.module.name for step in steps), results=tuple(results))


def report(console: Console, rows: Sequence[ChainExport], *, write: bool) -> int:
    """Print the tables, and write them into the page with `write`; return 1 if the mean over all misses the target."""
    names = list(dict.fromkeys(row.chain for row in rows))
    groups = {name: [row for row in rows if row.chain == name] for name in names} | {"all": list(rows)}
    columns = ["chain", "positions", "mean (dB)", "p5", "min", "baseline: identity"]
    table = [[name, str(len(group)), *_chain_statistics(group)] for name, group in groups.items()]
    console.table(columns, table, title="PSNR at the end of the chain, against darktable's export")
    alone = _alone_after_others(rows)
    heads = ["module", "positions", "mean (dB)", "p5", "min", "on unprocessed images"]
    console.table(heads, alone, title="each proxy alone, after upstream modules")
    mean = float(np.mean([row.last.pipe for row in rows]))
    verdict = f"{mean:.1f} dB on average, target {TARGET:g}: {'met' if mean >= TARGET else 'missed'}"
    console.say(verdict)
    if write:
        write_tables("chain", [(columns, table), (heads, alone)], f"All chains: {verdict}.")
    return 0 if mean >= TARGET else 1


def _chain_statistics(rows: Sequence[ChainExport]) -> list[str]:
    identity = float(np.mean([row.last.untouched for row in rows]))
    return [*psnr_statistics(summarise([row.last.pipe for row in rows], high_is_good=True)), f"{identity:.1f}"]


def _alone_after_others(rows: Sequence[ChainExport]) -> list[list[str]]:
    """Return a row per module that is not the first of its chain, with its stored result on unprocessed images."""
    results: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for one in row.results[1:]:
            results[one.module].append(one.alone)
    return [
        [name, str(len(values)), *psnr_statistics(summarise(values, high_is_good=True)), _stored_mean(name)]
        for name, values in sorted(results.items())
    ]


def _stored_mean(name: str) -> str:
    stored = read_stored(weights_of(name, MODELS).parent)
    return f"{stored.evaluation.proxy['display_psnr'].mean:.1f}" if stored else "-"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
