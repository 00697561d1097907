"""What training costs: each proxy trained from nothing, as `dtproxies train` does it.

    .venv/bin/python -m benchmarks.training [--modules A,B] [--write]

Renders are all that darktable was asked for, those of modules upstream included. CPU seconds are those of the fit
and, beside, those of the darktables that rendered, their start included. What comes out is held against the released
weights: the largest difference of a number, as a share of the largest number of its tensor.
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
from dtproxies.render.pairs import Renders
from dtproxies.render.session import session
from dtproxies.training.lbfgs import train
from dtproxies.training.log import LOG

MODELS = Path("models")
QUIET = Console(StringIO(), StringIO(), quiet=True)


@dataclass(slots=True, kw_only=True)
class Counted:
    """A renderer that counts what it is asked for."""

    renderer: Renders
    renders: int = field(default=0, init=False)

    def render_many(self, requests: Iterable[Request]) -> Iterator[Pixels]:
        """As `Renders.render_many`."""
        for made in self.renderer.render_many(requests):
            self.renders += 1
            yield made


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """One training."""

    module: str
    kind: str
    optimiser: str
    numbers: int
    renders: int
    steps: int
    seconds: float
    """Of processors, for the fit."""
    rendering: float
    """Of processors, for darktable."""
    apart: float | None
    """From the released weights; None for the same bytes."""


def main(arguments: Sequence[str] = ()) -> int:
    """Print one line for each proxy."""
    parser = argparse.ArgumentParser(prog="benchmarks.training")
    parser.add_argument("--modules", help="names, with commas")
    parser.add_argument("--write", action="store_true", help="write the table into docs/proxy-benchmarks.md")
    asked = parser.parse_args(arguments)
    names = asked.modules.split(",") if asked.modules else modules_with_weights(MODELS)
    console, found = Console(), []
    with console.progress("training", len(names)) as advance:
        for name in names:
            found.append(train_anew(name))
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
    rows = [_line(one) for one in found]
    console.table(columns, rows, title=f"CPU seconds; {os.cpu_count()} cores")
    minutes = sum(one.seconds + one.rendering for one in found) / 60
    total = f"Together {sum(one.renders for one in found):,} renders and {minutes:.0f} CPU minutes."
    console.say(total)
    if asked.write:
        write_tables("training", [(columns, rows)], total)
    return 0


def train_anew(name: str) -> Trained:
    """Train the proxy of a module in a directory that is then removed."""
    given = load_definition(name)
    with (
        tempfile.TemporaryDirectory() as scratch,
        session(name, DIRECTORY, "fit", side=given.recipe.side, upstream=given.recipe.upstream) as opened,
    ):
        counted, began = Counted(renderer=opened.renderer), time.process_time()
        train(given, counted, opened.photographs, Path(scratch), darktable=opened.darktable, console=QUIET)
        seconds = time.process_time() - began
        rendering = sum(map(process_cpu_seconds, opened.renderer.processes))
        steps = json.loads((Path(scratch) / LOG).read_text().splitlines()[-1])["step"]
        return Trained(
            module=name,
            kind=given.module.kind,
            optimiser=given.recipe.optimiser,
            numbers=sum(tensor.numel() for tensor in given.network().parameters()),
            renders=counted.renders,
            steps=steps,
            seconds=seconds,
            rendering=rendering,
            apart=_apart(Path(scratch) / WEIGHTS, weights_of(name, MODELS)),
        )


def _apart(found: Path, released: Path) -> float | None:
    if sha256(found) == sha256(released):
        return None
    ours, theirs = load_file(found), load_file(released)
    return max(float(np.abs(ours[name] - theirs[name]).max() / np.abs(theirs[name]).max()) for name in theirs)


def _line(one: Trained) -> list[str]:
    off = "bit-identical" if one.apart is None else f"{one.apart:.0e}"
    numbers = [f"{one.numbers}", f"{one.renders:,}", f"{one.steps}", f"{one.seconds:.0f}", f"{one.rendering:.0f}"]
    return [one.module, one.kind, one.optimiser, *numbers, off]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
