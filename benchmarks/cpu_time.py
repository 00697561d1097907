"""Measure CPU seconds per megapixel of each released graph and of darktable's own module.

    .venv/bin/python -m benchmarks.cpu_time [--write]

Each proxy's graph is built as for a release and run with ONNX Runtime on one thread. The module runs in a darktable
worker process. Both get the same image of one megapixel, or a mosaic for modules on sensor data, and the same slider
positions. The CPU time of all threads is measured, so that other work on the machine has little influence. The time of
darktable includes passing the image to the process; its GPU path is not measured.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np

from benchmarks._cpu_clock import process_cpu_seconds
from benchmarks._page import write_tables
from dtbase.terminal.console import Console
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtmodels.stages.convert import obtain_and_convert
from dtproxies.darktable.find import Darktable, find
from dtproxies.images.image import chart, to_module_space
from dtproxies.proxy.definition import ProxyDefinition, load_definition
from dtproxies.proxy.runners import onnx_runner
from dtproxies.proxy.sampling import sample
from dtproxies.render.open_renderer import open_renderer
from dtproxies.render.pairs import slider_values

ROOT = Path(__file__).resolve().parent.parent
SIDE, SEED = 1024, 9_000_011
POSITIONS = 3
LEAST = 0.3
"""Minimum measured CPU seconds, because the kernel counts hundredths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU seconds per megapixel."""

    module: str
    kind: str
    proxy: float
    darktable: float


def main(arguments: Sequence[str] = ()) -> int:
    """Print one line per proxy."""
    parser = argparse.ArgumentParser(prog="benchmarks.cpu_time")
    parser.add_argument("--write", action="store_true", help="write the table into docs/proxy-benchmarks.md")
    options = parser.parse_args(arguments)
    console, darktable = Console(), find()
    entries = [one for one in Catalogue.load(ROOT).entries if one.card.convert.family == "proxy"]
    costs = []
    with console.progress("proxies", len(entries)) as advance, tempfile.TemporaryDirectory() as directory:
        for entry in entries:
            costs.append(cost(entry, darktable, Path(directory)))
            advance(1)
    costs.sort(key=lambda one: one.proxy / one.darktable)
    columns = ["module", "kind", "ONNX graph CPU s/MP", "darktable CPU s/MP", "ratio"]
    rows = [
        [one.module, one.kind, f"{one.proxy:.3f}", f"{one.darktable:.3f}", f"{one.proxy / one.darktable:.1f}"]
        for one in costs
    ]
    title = f"CPU seconds per megapixel, median of {POSITIONS} positions; {SIDE} x {SIDE} pixels"
    console.table(columns, rows, title=title)
    summary = f"The median proxy takes {np.median([one.proxy / one.darktable for one in costs]):.1f} times as long."
    console.say(summary)
    if options.write:
        write_tables("cpu_time", [(columns, rows)], summary)
    return 0


def cost(entry: CatalogueEntry, darktable: Darktable, directory: Path) -> Cost:
    """Build the graph of a proxy and time it and its module."""
    definition = load_definition(entry.card.convert.options["module"])
    built = obtain_and_convert(entry, Workspace(directory), Console(StringIO(), StringIO(), quiet=True))
    proxy, module = _times(definition, built / "model.onnx", darktable)
    return Cost(module=definition.module.name, kind=definition.module.kind, proxy=proxy, darktable=module)


def _times(definition: ProxyDefinition, graph: Path, darktable: Darktable) -> tuple[float, float]:
    run, image = onnx_runner(definition, graph), to_module_space(chart(SIDE, SEED), definition.module)
    positions = sample(definition.module, POSITIONS, seed=SEED, reachable=definition.reachable)
    results = []
    with open_renderer(darktable, [definition.module], height=SIDE, width=SIDE) as renderer:
        (process,) = renderer.processes
        for position in positions:
            values = slider_values(definition.module, position)
            ours = _seconds(lambda at=position: run(image, at), time.thread_time)  # type: ignore[misc]
            theirs = _seconds(
                lambda at=values: renderer.render(definition.module.name, image, at),  # type: ignore[misc]
                lambda: process_cpu_seconds(process),
            )
            results.append((ours, theirs))
    proxy, module = np.median(results, axis=0) / (SIDE * SIDE / 1e6)
    return float(proxy), float(module)


def _seconds(once: Callable[[], object], clock: Callable[[], float]) -> float:
    """Return the mean time of a call, after one that does not count."""
    once()
    started, calls = clock(), 0
    while (took := clock() - started) < LEAST:
        once()
        calls += 1
    return took / calls


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
