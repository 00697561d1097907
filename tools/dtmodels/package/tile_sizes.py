"""Tile sizes of darktable's tiled tasks: which ones its C code can run, known without opening a graph."""

from __future__ import annotations

from dataclasses import dataclass

MAX_TILE = 2048
"""Largest tile in pixels; darktable's own networks ran out of a GPU's memory at this size (issue 20902)."""
MIN_OVERLAPS = 4
"""Minimum width of a tile in overlaps; at least half of each tile is then new image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTiles:
    """How darktable cuts an image into tiles for a task."""

    overlap: int
    """Input pixels that neighbouring tiles share on each side."""
    guarded: bool = False
    """True if darktable itself rejects tiles of overlap only, instead of dividing by zero."""


TASK_TILES = {
    "denoise": TaskTiles(overlap=64),
    "upscale": TaskTiles(overlap=16),
    "rawdenoise": TaskTiles(overlap=32, guarded=True),
}
"""The tiled tasks, as darktable's C code runs them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeFlaw:
    """Why a tile size cannot be used, and the fix."""

    what: str
    fix: str
    reason: str = ""
    """Why this project rejects a size that darktable itself would run; empty otherwise."""


def size_flaw(size: int, tiling: TaskTiles) -> SizeFlaw | None:
    """The flaw of a tile size in pixels; None if darktable runs it well."""
    smallest, useful = 2 * tiling.overlap, MIN_OVERLAPS * tiling.overlap
    fix = f"export for tiles of at least {useful} x {useful}"
    if size == smallest and not tiling.guarded:
        what = f"tiles of {size} pixels consist of overlap only: darktable divides by zero and crashes"
        return SizeFlaw(what=what, fix=fix)
    if size <= smallest:
        what = f"tile size {size} leaves nothing between the overlaps of {tiling.overlap} on each side: every run fails"
        return SizeFlaw(what=what, fix=fix)
    if size < useful:
        step = size - smallest
        what = f"tiles of {size} pixels advance by only {step}: {(size / step) ** 2:.0f} times the work"
        return SizeFlaw(what=what, fix=fix, reason="darktable runs it, but too slowly")
    if size > MAX_TILE:
        what = f"tiles of {size:,} pixels need more memory than the GPUs and machines of most users have"
        fix = f"export for tiles of at most {MAX_TILE} x {MAX_TILE}; 512 is usual"
        return SizeFlaw(what=what, fix=fix, reason="darktable runs it only where memory allows")
    return None
