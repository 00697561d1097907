"""Sensors for which raw denoise of darktable 5.6.0 writes past the end of its memory, by tile size.

Neighbouring tiles are blended in strips that reach one overlap beyond their common edge. `restore_raw_bayer.c` and
`restore_raw_linear.c` write a strip back whole. If the last row of tiles is lower than the overlap, rows past the last
one are written: darktable can crash (issue 22023). If the last column is narrower, pixels wrap into the next row and
damage the left edge, and the last row overruns. Pull request 22035 of 2026-08-28 clamps both; 5.6.1 is older.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dtmodels.findings.check_report import CheckProblem, warning
from dtmodels.tasks._sensors import Pattern, Sensor, known_sensors
from dtmodels.tasks._tile_contract import Tile

SUGGESTED = range(256, 801, 8)
"""Tile sizes to suggest; a U-Net for Bayer data takes 2.4 GB for the largest, and darktable uses 3 of a GPU's 4 GB."""
MAX_NAMED = 8
"""Number of cameras that a message names."""
MAX_NUMBERS = 24
"""Number of heights or widths that a message names."""
Overrun = Callable[[Sensor, Tile, int], int]


def rows_past_end(sensor: Sensor, tile: Tile, size: int) -> int:
    """Rows that darktable writes past the last one; 0 if it stays inside."""
    _, top, _, bottom = sensor.border
    return _past_end(sensor.height, top, bottom, tile, size)


def columns_past_end(sensor: Sensor, tile: Tile, size: int) -> int:
    """Columns that darktable writes past the last one; 0 if it stays inside."""
    left, _, right, _ = sensor.border
    return _past_end(sensor.width, left, right, tile, size)


def _past_end(length: int, before: int, after: int, tile: Tile, size: int) -> int:
    """Pixels past the end along one axis of the raw data.

    A Bayer graph (scale 2) takes blocks of 2 x 2 pixels that start at the first red pixel, 0 or 1, and works on the
    whole raw data; other graphs work on the image inside the border.
    """
    scale, step = tile.scale, size - 2 * tile.overlap
    if scale == 1:
        length, after = length - before - after, 0
    past = 0
    for start in range(scale):
        tiles = -(-((length - after - start) // scale) // step)
        if tiles > 1:
            past = max(past, start + scale * ((tiles - 1) * step + tile.overlap) - length)
    return past


def check_overrun(tile: Tile, size: int, pattern: Pattern) -> Iterator[CheckProblem]:
    """Report the known sensors that are hit at this tile size."""
    low = _hit(rows_past_end, tile, size, pattern)
    narrow = _hit(columns_past_end, tile, size, pattern)
    if cameras := _cameras([*low, *narrow]):
        known = len(_cameras(known_sensors(pattern)))
        parts = [
            f"can crash with raw data of {_numbers(sensor.height for sensor in low)} rows" if low else "",
            f"damage the left edge of raw data of {_numbers(sensor.width for sensor in narrow)} columns"
            if narrow
            else "",
        ]
        what = (
            f"with tiles of {size}, darktable 5.6.0 and 5.6.1 {' and '.join(filter(None, parts))}, "
            f"{len(cameras)} of {known} known cameras: {_named(cameras)}"
        )
        fix = f"{_advice(tile, size, pattern, len(cameras))}; darktable is corrected since 2026-08-28 (issue 22023)"
        yield warning("tile.overrun", tile.file, what, fix)


def cameras_hit(tile: Tile, size: int, pattern: Pattern) -> list[str]:
    """Names of the known cameras that are hit at a tile size, sorted."""
    sensors = [*_hit(rows_past_end, tile, size, pattern), *_hit(columns_past_end, tile, size, pattern)]
    return _cameras(sensors)


def _hit(past: Overrun, tile: Tile, size: int, pattern: Pattern) -> list[Sensor]:
    return [sensor for sensor in known_sensors(pattern) if past(sensor, tile, size) > 0]


def _advice(tile: Tile, size: int, pattern: Pattern, count: int) -> str:
    best = min(SUGGESTED, key=lambda other: (len(cameras_hit(tile, other, pattern)), abs(other - size)))
    fewer = len(cameras_hit(tile, best, pattern))
    return f"tiles of {best} hit {fewer}" if fewer < count else f"no tile size up to {SUGGESTED[-1]} hits fewer"


def _cameras(sensors: list[Sensor] | tuple[Sensor, ...]) -> list[str]:
    return sorted({camera for sensor in sensors for camera in sensor.cameras})


def _numbers(values: Iterator[int]) -> str:
    numbers = [str(value) for value in sorted(set(values))]
    return ", ".join(numbers[:MAX_NUMBERS]) + (" and more" if len(numbers) > MAX_NUMBERS else "")


def _named(cameras: list[str]) -> str:
    more = len(cameras) - MAX_NAMED
    return ", ".join(cameras[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")
