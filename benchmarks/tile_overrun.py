"""Tile sizes of raw denoise: known cameras that darktable 5.6.0 and 5.6.1 overrun, and the work that tiles add.

    .venv/bin/python -m benchmarks.tile_overrun

Work is the number of pixels that all tiles of a sensor have together, relative to the sensor's own, on average.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from dtbase.terminal.console import Console
from dtmodels.tasks._seam_overrun import SUGGESTED, cameras_hit, columns_past_end, rows_past_end
from dtmodels.tasks._sensors import Pattern, Sensor, known_sensors
from dtmodels.tasks._tile_contract import Tile
from dtmodels.tasks.rawdenoise import BAYER, LINEAR

USUAL = 512
SHOWN = 8
"""Number of the best tile sizes to show."""


def main() -> int:
    """Print a table for Bayer and one for X-Trans sensors."""
    console = Console()
    _print(BAYER, "bayer", console)
    console.say()
    _print(LINEAR, "xtrans", console)
    return 0


def _print(tile: Tile, pattern: Pattern, console: Console) -> None:
    hits = {size: len(cameras_hit(tile, size, pattern)) for size in SUGGESTED}
    best = sorted(SUGGESTED, key=lambda size: (hits[size], _work(tile, size, pattern)))[:SHOWN]
    rows = [
        [
            str(size),
            str(_count(rows_past_end, tile, size, pattern)),
            str(_count(columns_past_end, tile, size, pattern)),
            str(hits[size]),
            f"{_work(tile, size, pattern):.2f}",
            f"{(size / USUAL) ** 2:.2f}",
        ]
        for size in dict.fromkeys([USUAL, *best])
    ]
    columns = ["tile size", "hit by height", "by width", "cameras hit", "work", f"memory, {USUAL} is 1"]
    console.table(columns, rows, title=f"{tile.file}, {pattern} sensors")


def _count(past: Callable[[Sensor, Tile, int], int], tile: Tile, size: int, pattern: Pattern) -> int:
    return len({camera for one in known_sensors(pattern) if past(one, tile, size) for camera in one.cameras})


def _work(tile: Tile, size: int, pattern: Pattern) -> float:
    step, weighted, total = size - 2 * tile.overlap, 0.0, 0
    for one in known_sensors(pattern):
        height, width = (side // tile.scale for side in (one.height, one.width))
        tiles = -(-height // step) * -(-width // step)
        weighted += len(one.cameras) * tiles * size**2 / (height * width)
        total += len(one.cameras)
    return weighted / total


if __name__ == "__main__":
    sys.exit(main())
