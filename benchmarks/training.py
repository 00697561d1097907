"""Measure the cost of training: each proxy is trained from scratch, as by `dtproxies train`.

    .venv/bin/python -m benchmarks.training [--modules A,B] [--write]

Renders include those of upstream modules. CPU seconds are measured for the fit and, separately, for the darktable
processes that render, their start included. The result is compared with the released weights: maximum difference of a
parameter, as a fraction of the maximum of its tensor.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from benchmarks._cpu_clock import process_cpu_seconds
from benchmarks._page import write_tables
from dtbase.system.files import sha256
from dtbase.terminal.console import Console
from dtproxies.darktable.renderer import Request
from dtproxies.images.image import DIRECTORY, Pixels
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.weight_files import WEIGHTS, modules_with_weights, weights_of
from dtproxies.render.pairs import SupportsRendering
from dtproxies.render.session import session
from dtproxies.training.lbfgs import train
from dtproxies.training.log import LOG

MODELS = Path("models")
QUIET = Console(StringIO(), StringIO(), quiet=True)


@dataclass(slots=True, kw_only=True)
class CountingRenderer:
    """Renderer that counts its renders."""

    renderer: SupportsRendering
    renders: int = field(default=0, init=False)

    def render_many(self, requests: Iterable[Request]) -> Iterator[Pixels]:
        """Render as `SupportsRendering.render_many`."""
        for output in self.renderer.render_many(requests):
            self.renders += 1
            yield output


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """Cost of training one proxy."""

    module: str
    kind: str
    optimiser: str
    parameters: int
    renders: int
    steps: int
    seconds: float
    """CPU seconds of the fit."""
    rendering: float
    """CPU seconds of darktable."""
    difference: float | None
    """Relative difference from the released weights; None if bit-identical."""


def main(arguments: Sequence[str] = ()) -> int:
    """Print one line per proxy."""
    parser = argparse.ArgumentParser(prog="benchmarks.training")
    parser.add_argument("--modules", help="comma-separated names")
    parser.add_argument("--write", action="store_true", help="write the table into docs/proxy-benchmarks.md")
    options = parser.parse_args(arguments)
    names = options.modules.split(",") if options.modules else modules_with_weights(MODELS)
    console, trainings = Console(), []
    with console.progress("training", len(names)) as advance:
        for name in names:
            trainings.append(train_from_scratch(name))
            advance(1)
    columns = [
        "module",
        "kind",
        "optimiser",
        "parameters",
        "renders",
        "steps",
        "fit CPU s",
        "darktable CPU s",
        "difference from released",
    ]
    rows = [_line(one) for one in trainings]
    console.table(columns, rows, title=f"CPU seconds; {os.cpu_count()} cores")
    minutes = sum(one.seconds + one.rendering for one in trainings) / 60
    total = f"Together {sum(one.renders for one in trainings):,} renders and {minutes:.0f} CPU minutes."
    console.say(total)
    if options.write:
        write_tables("training", [(columns, rows)], total)
    return 0


def train_from_scratch(name: str) -> Training:
    """Train the proxy of a module in a temporary directory."""
    definition = load_definition(name)
    with (
        tempfile.TemporaryDirectory() as scratch,
        session(name, DIRECTORY, "fit", side=definition.recipe.side, upstream=definition.recipe.upstream) as opened,
    ):
        counted, started = CountingRenderer(renderer=opened.renderer), time.process_time()
        train(definition, counted, opened.photographs, Path(scratch), darktable=opened.darktable, console=QUIET)
        seconds = time.process_time() - started
        rendering = sum(map(process_cpu_seconds, opened.renderer.processes))
        steps = json.loads((Path(scratch) / LOG).read_text().splitlines()[-1])["step"]
        return Training(
            module=name,
            kind=definition.module.kind,
            optimiser=definition.recipe.optimiser,
            parameters=sum(tensor.numel() for tensor in definition.network().parameters()),
            renders=counted.renders,
            steps=steps,
            seconds=seconds,
            rendering=rendering,
            difference=_relative_difference(Path(scratch) / WEIGHTS, weights_of(name, MODELS)),
        )


def _relative_difference(trained: Path, released: Path) -> float | None:
    if sha256(trained) == sha256(released):
        return None
    ours, theirs = load_file(trained), load_file(released)
    return max(float(np.abs(ours[name] - theirs[name]).max() / np.abs(theirs[name]).max()) for name in theirs)


def _line(one: Training) -> list[str]:
    difference = "bit-identical" if one.difference is None else f"{one.difference:.0e}"
    counts = [f"{one.parameters}", f"{one.renders:,}", f"{one.steps}", f"{one.seconds:.0f}", f"{one.rendering:.0f}"]
    return [one.module, one.kind, one.optimiser, *counts, difference]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
