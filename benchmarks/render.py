"""Measure training pairs per minute: modules called in workers, and one darktable-cli process for each pair.

.venv/bin/python -m benchmarks.render [--write]
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from benchmarks._page import write_tables
from dtbase.terminal.console import Console
from dtproxies.darktable import introspection
from dtproxies.darktable.dump import dump
from dtproxies.darktable.find import Darktable, find
from dtproxies.darktable.renderer import Renderer, Request
from dtproxies.darktable.sidecar_writer import Step

SIDE = 256
WORKERS = 2
SECONDS = 20
"""Measured time of each method, after warm-up pairs that do not count."""

SLIDERS = {
    "exposure": ("exposure", -3, 3),
    "sigmoid": ("middle_grey_contrast", 0.7, 3),
    "colorbalancergb": ("vibrance", -0.5, 0.5),
    "bilat": ("detail", -0.5, 2),
    "sharpen": ("amount", 0, 2),
    "velvia": ("strength", 0, 100),
    "vibrance": ("amount", 0, 100),
    "shadhi": ("shadows", -100, 100),
}
"""Slider of each module in the mix, and its range."""

TARGET_PER_MINUTE = 3000
TARGET_RATIO = 20


def main(arguments: Sequence[str] = ()) -> int:
    """Print both rates and their ratio; return 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks.render")
    parser.add_argument("--write", action="store_true", help="write the table into docs/proxy-benchmarks.md")
    options = parser.parse_args(arguments)
    darktable = find()
    fast = direct_rate(darktable)
    slow = process_rate(darktable)
    load = os.getloadavg()[0]
    columns = ["method", "pairs per minute", "ratio to darktable-cli"]
    rows = [
        [f"{WORKERS} workers, {SIDE} x {SIDE}", f"{fast:.0f}", f"{fast / slow:.1f}"],
        [f"darktable-cli, {SIDE} x {SIDE}", f"{slow:.0f}", "1.0"],
    ]
    title = f"mix of {', '.join(SLIDERS)}; darktable {darktable.version}, {os.cpu_count()} cores, load {load:.1f}"
    console = Console()
    console.table(columns, rows, title=title)
    met = fast >= TARGET_PER_MINUTE and fast >= TARGET_RATIO * slow
    verdict = f"Target: {TARGET_PER_MINUTE} pairs per minute and ratio {TARGET_RATIO}: {'met' if met else 'missed'}."
    console.say(verdict)
    if options.write:
        write_tables("render", [(columns, rows)], f"{verdict} A {title}.")
    return 0 if met else 1


def direct_rate(darktable: Darktable) -> float:
    """Return the pairs per minute of `Renderer.render_many`."""
    with Renderer(darktable, list(SLIDERS), height=SIDE, width=SIDE, workers=WORKERS) as renderer:
        results = renderer.render_many(requests(renderer.spaces))
        return rate(results, warm_up=2 * len(SLIDERS))


def process_rate(darktable: Darktable) -> float:
    """Return the pairs per minute of one darktable-cli process per pair, with `WORKERS` processes in parallel."""
    layouts = introspection.layouts(darktable)

    def pair(request: Request) -> object:
        return dump(darktable, request.image, [Step(request.module, request.sliders)], layouts)

    with ThreadPoolExecutor(WORKERS) as threads:
        return rate(_side_by_side(threads, pair, requests({})), warm_up=WORKERS)


def rate(results: Iterator[object], *, warm_up: int) -> float:
    """Return the results per minute, measured for `SECONDS`."""
    for _ in range(warm_up):
        next(results)
    started, count = time.perf_counter(), 0
    while (took := time.perf_counter() - started) < SECONDS:
        next(results)
        count += 1
    return 60 * count / took


def requests(spaces: Mapping[str, str]) -> Iterator[Request]:
    """Yield requests for the modules in turn, with random slider values; the image is Lab if `spaces` says so."""
    random = np.random.default_rng(0)
    light = image_of(random)
    lab = (light * (100, 120, 120) - (0, 60, 60)).astype(np.float32)
    for module, (slider, low, high) in itertools.cycle(SLIDERS.items()):
        image = lab if spaces.get(module) == "lab" else light
        yield Request(module, image, {slider: float(random.uniform(low, high))})


def image_of(random: np.random.Generator) -> NDArray[np.float32]:
    """Return an image of coloured squares with grain."""
    squares = np.kron(random.uniform(0, 1, (SIDE // 16, SIDE // 16, 3)), np.ones((16, 16, 1)))
    return (squares + random.uniform(0, 0.05, squares.shape)).astype(np.float32)


def _side_by_side(
    threads: ThreadPoolExecutor, work: Callable[[Request], object], source: Iterator[Request]
) -> Iterator[object]:
    waiting = deque(threads.submit(work, request) for request in itertools.islice(source, WORKERS))
    while True:
        waiting.append(threads.submit(work, next(source)))
        yield waiting.popleft().result()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
