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

from benchmarks._chains import chains, link_at
from benchmarks._page import decibels, write_tables
from dtbase.terminal.console import Console
from dtproxies.evaluation.stored_results import read_stored
from dtproxies.images.image import DIRECTORY, LinearImage, read_photographs
from dtproxies.images.metrics import summarise
from dtproxies.images.training_images import ImageSequence
from dtproxies.pipeline.accuracy import Judged, judge
from dtproxies.pipeline.chain import Chain, run
from dtproxies.pipeline.open_pipeline import Pipeline, open_pipeline
from dtproxies.pipeline.reference_render import in_pipe
from dtproxies.pipeline.request import ModuleRequest, Request
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.sampling import sample
from dtproxies.proxy.weight_files import modules_with_weights, weights_of
from dtproxies.render.torch_threads import one_core

MODELS = Path("models")
SIDE, SEED = 192, 7_000_003
CHAINS, LENGTH, POSITIONS = 4, 5, 20
TARGET = 45.0
"""dB on average, at the end of a chain of five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """One chain at one position, after each module in turn."""

    chain: str
    judged: tuple[Judged, ...]

    @property
    def last(self) -> Judged:
        """After the last module."""
        return self.judged[-1]


def main(arguments: Sequence[str] = ()) -> int:
    """Print a line for each chain and one for each module behind others; 1 if the mean over all falls short."""
    parser = argparse.ArgumentParser(prog="benchmarks.chain")
    parser.add_argument("--positions", type=int, default=POSITIONS, help="of each chain")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/proxy-benchmarks.md")
    asked = parser.parse_args(arguments)
    modules = [
        one
        for one in (load_definition(name).module for name in modules_with_weights(MODELS))
        if one.space != "raw" and one.sliders
    ]
    drawn = chains(modules, [min(LENGTH, len(modules))], CHAINS, SEED)
    console, rows = Console(), []
    with one_core(), console.progress("chains", len(drawn) * asked.positions) as advance:
        for number, names in enumerate(drawn):
            for one in exports(names, asked.positions, [SEED, number]):
                rows.append(one)
                advance(1)
    return report(console, rows, write=asked.write)


def exports(names: Sequence[str], count: int, seed: Sequence[int]) -> Iterator[Exported]:
    """Export images through a chain at random positions and hold its proxies against each export."""
    scenes = ImageSequence(
        photographs=read_photographs(DIRECTORY, "evaluate"), side=SIDE, seed=seed[-1] + SEED, chart_fraction=0
    )
    request = Request(modules=[ModuleRequest(module=name) for name in names])
    with open_pipeline(request, scenes.image(0), MODELS) as opened:
        drawn = [
            sample(link.module, count, seed=[*seed, at], reachable=link.definition.reachable)
            for at, link in enumerate(opened.chain.links)
        ]
        for number in range(count):
            yield _export(opened, [positions[number] for positions in drawn], scenes.image(number))


def _export(opened: Pipeline, positions: Sequence[Sequence[float]], picture: LinearImage) -> Exported:
    links = [link_at(link, position) for link, position in zip(opened.chain.links, positions, strict=True)]
    chain = Chain(links, list(opened.chain.networks))
    exported = in_pipe(opened.darktable, links, opened.order, picture.pixels, opened.renderer.layouts)
    # darktable's own output of each module stands for that of modules rendered in turn: it is the same to the last bit.
    judged = judge(chain, picture.pixels, run(chain, picture.pixels), exported, exported)
    return Exported(chain=" > ".join(link.module.name for link in links), judged=tuple(judged))


def report(console: Console, rows: Sequence[Exported], *, write: bool) -> int:
    """Print the tables, and write them where they are published; 1 when the mean over all falls short."""
    names = list(dict.fromkeys(row.chain for row in rows))
    groups = {name: [row for row in rows if row.chain == name] for name in names} | {"all": list(rows)}
    columns = ["chain", "positions", "mean (dB)", "p5", "min", "baseline: identity"]
    table = [[name, str(len(group)), *_reached(group)] for name, group in groups.items()]
    console.table(columns, table, title="PSNR at the end of the chain, against darktable's export")
    behind = _behind(rows)
    heads = ["module", "positions", "mean (dB)", "p5", "min", "on unprocessed images"]
    console.table(heads, behind, title="each proxy alone, after upstream modules")
    mean = float(np.mean([row.last.pipe for row in rows]))
    verdict = f"{mean:.1f} dB on average, target {TARGET:g}: {'met' if mean >= TARGET else 'missed'}"
    console.say(verdict)
    if write:
        write_tables("chain", [(columns, table), (heads, behind)], f"All chains: {verdict}.")
    return 0 if mean >= TARGET else 1


def _reached(rows: Sequence[Exported]) -> list[str]:
    alone = float(np.mean([row.last.untouched for row in rows]))
    return [*decibels(summarise([row.last.pipe for row in rows], high_is_good=True)), f"{alone:.1f}"]


def _behind(rows: Sequence[Exported]) -> list[list[str]]:
    """Modules that are not the first of their chain, and what their proxies reach on unprocessed images."""
    found: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for one in row.judged[1:]:
            found[one.module].append(one.alone)
    return [
        [name, str(len(values)), *decibels(summarise(values, high_is_good=True)), _plain(name)]
        for name, values in sorted(found.items())
    ]


def _plain(name: str) -> str:
    kept = read_stored(weights_of(name, MODELS).parent)
    return f"{kept.evaluation.proxy['display_psnr'].mean:.1f}" if kept else "-"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
