"""Read mutated image files by the thousand: each ends in an image or in one sentence, within time and memory.

`python -m benchmarks.image_fuzz [COUNT [FIRST]]` mutates small real files of every format and bit depth COUNT times
each: bytes flipped, inserted, removed, repeated, cut off, numbers at their limits. A failed one is printed as its file
and number, which make it again.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import OpenEXR
import tifffile
from PIL import Image

from benchmarks._byte_mutations import mutation
from dtbase.image_files.image_file import read_image_file
from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from tests.support.icc_profiles import ADOBE, gamma, matrix_profile
from tests.support.image_builders import icc_chunk, png

COUNT = 2000
PROCESSES = 2
MOST_SECONDS = 5.0


@dataclass
class Tally:
    """Results for one file."""

    name: str
    read: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    megabytes: float = 0.0
    failed: list[str] = field(default_factory=list)


def main(count: int = COUNT, first: int = 0) -> int:
    """Print a table of all formats, and every failure."""
    numbers = range(first, first + count)
    with tempfile.TemporaryDirectory() as directory:
        write_seeds(Path(directory))
        tasks = [(path, numbers) for path in sorted(Path(directory).iterdir())]
        # A process for each file: one that crashes ends the run with the name of the file.
        with multiprocessing.get_context("spawn").Pool(PROCESSES, maxtasksperchild=1) as pool:
            tallies = [pool.apply_async(run, task) for task in tasks]
            finished = [one.get(timeout=3600) for one in tallies]
    rows = [
        [
            one.name,
            str(one.read),
            str(one.refused.total()),
            str(len(one.failed)),
            f"{one.slowest:.2f}",
            f"{one.megabytes:.0f}",
        ]
        for one in finished
    ]
    Console().table(["file", "read", "refused", "failed", "slowest, s", "memory, MB"], rows, title="mutated images")
    failed = [line for one in finished for line in one.failed]
    for line in failed[:20]:
        Console().say(line)
    return int(bool(failed))


def run(path: Path, numbers: range) -> Tally:
    """Read the mutations of one file."""
    tally, whole = Tally(path.name), path.read_bytes()
    with tempfile.TemporaryDirectory() as directory:
        mutated = Path(directory) / path.name
        for number in numbers:
            mutated.write_bytes(mutation(whole, number))
            _check(mutated, number, tally)
    tally.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return tally


def write_seeds(directory: Path) -> None:
    """Write a small file of each format, bit depth and way to store it."""
    rng = np.random.default_rng(0)
    bytes_, light = rng.integers(0, 256, (12, 9, 3), np.uint8), rng.random((12, 9, 3)).astype(np.float32)
    profile = matrix_profile(ADOBE, gamma(2.2))
    for suffix in ("jpg", "webp", "bmp", "gif", "ppm"):
        Image.fromarray(bytes_).save(directory / f"8.{suffix}")
    Image.fromarray(bytes_).save(directory / "profile.jpg", icc_profile=profile)
    Image.fromarray(bytes_).save(directory / "lzw.tif", compression="tiff_lzw")
    Image.fromarray(bytes_).convert("P").save(directory / "palette.png")
    for name, channels, dtype in (("8", 3, np.uint8), ("16", 4, np.uint16)):
        values = rng.integers(0, np.iinfo(dtype).max, (12, 9, channels), dtype)
        (directory / f"{name}.png").write_bytes(png(values, [icc_chunk(profile)]))
    (directory / "colour.pfm").write_bytes(b"PF\n9 12\n-1.0\n" + light.tobytes())
    for name, options in _tiff_options(profile):
        tifffile.imwrite(directory / f"{name}.tif", light, photometric="rgb", metadata=None, **options)
    for name, compression in (("zip", OpenEXR.ZIP_COMPRESSION), ("piz", OpenEXR.PIZ_COMPRESSION)):
        with OpenEXR.File({"compression": compression, "type": OpenEXR.scanlineimage}, {"RGB": light}) as file:
            file.write(str(directory / f"{name}.exr"))


def _tiff_options(profile: bytes) -> Iterator[tuple[str, dict[str, object]]]:
    yield "32", {"iccprofile": profile}
    yield "tiles", {"tile": (16, 16), "compression": "zlib", "byteorder": ">"}
    yield "strips", {"rowsperstrip": 2, "compression": "zlib"}


def _check(path: Path, number: int, tally: Tally) -> None:
    started = time.perf_counter()
    try:
        light = read_image_file(path).light
        if light.ndim != 3 or not np.isfinite(light).all():
            tally.failed.append(f"{path.name} {number}: an image of shape {light.shape}")
        tally.read += 1
    except Failure as exc:
        if "\n" in exc.what or not exc.fix or exc.where != str(path):
            tally.failed.append(f"{path.name} {number}: {exc}")
        tally.refused[exc.what[:40]] += 1
    except BaseException:
        tally.failed.append(f"{path.name} {number}: {traceback.format_exc(limit=-3)}")
    took = time.perf_counter() - started
    tally.slowest = max(tally.slowest, took)
    if took > MOST_SECONDS:
        tally.failed.append(f"{path.name} {number}: took {took:.1f} s")


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
