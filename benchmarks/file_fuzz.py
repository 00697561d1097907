"""Read mutated checkpoints and validate mutated packages: each ends in a result or in one error, within time.

`python -m benchmarks.file_fuzz [COUNT [FIRST]]` mutates small files of every kind COUNT times each: checkpoints of
PyTorch in both formats, safetensors, and packages. A failed one is printed as its file and number, which make it
again.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper
from safetensors.torch import save_file

from benchmarks._byte_mutations import mutation
from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.families._checkpoint import read_checkpoint
from dtmodels.graph.runtime import Runtime
from dtmodels.stages.validate import validate_package

COUNT = 2000
MOST_SECONDS = 5.0
CONFIG = (
    '{"id": "toy", "name": "toy", "task": "denoise", "version": "1.0", "backend": "onnx",'
    ' "attributes": {"input_sizes": [256]}}'
)


@dataclass
class Tally:
    """Results for one file."""

    name: str
    accepted: int = 0
    refused: int = 0
    slowest: float = 0.0
    failed: list[str] = field(default_factory=list)


def main(count: int = COUNT, first: int = 0) -> int:
    """Print a table of all files, and every failure."""
    console, tallies = Console(), []
    with tempfile.TemporaryDirectory() as directory, Runtime() as runtime:
        seeds = Path(directory) / "seeds"
        seeds.mkdir()
        write_seeds(seeds)
        paths = sorted(seeds.iterdir())
        with console.progress("mutations", len(paths) * count) as advance:
            for path in paths:
                tallies.append(tally := Tally(path.name))
                for number in range(first, first + count):
                    mutated = Path(directory) / path.name
                    mutated.write_bytes(mutation(path.read_bytes(), number))
                    package = path.suffix == ".dtmodel"
                    _check(mutated, number, tally, _validate(runtime) if package else _read)
                    advance(1)
    rows = [
        [one.name, str(one.accepted), str(one.refused), str(len(one.failed)), f"{one.slowest:.2f}"] for one in tallies
    ]
    console.table(["file", "accepted", "refused", "failed", "slowest, s"], rows)
    failed = [line for one in tallies for line in one.failed]
    for line in failed[:20]:
        console.say(line)
    return int(bool(failed))


def write_seeds(directory: Path) -> None:
    """Write a small checkpoint of each format, and a small package."""
    tensors = {f"layer{at}.weight": torch.arange(12, dtype=torch.float32).reshape(3, 4) + at for at in range(3)}
    torch.save({"params_ema": tensors, "epoch": 3}, directory / "zip.pth")
    torch.save(tensors, directory / "legacy.pth", _use_new_zipfile_serialization=False)
    save_file(tensors, directory / "weights.safetensors")
    shape = [1, 3, 256, 256]
    values = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name in ("input", "output")]
    graph = helper.make_graph([helper.make_node("Identity", ["input"], ["output"])], "toy", values[:1], values[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("config.json", CONFIG.encode()), ("model.onnx", model.SerializeToString())):
            entry = zipfile.ZipInfo(f"toy/{name}")
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    (directory / "toy.dtmodel").write_bytes(stored.getvalue())


def _read(path: Path) -> bool:
    return all(np.isfinite(tensor.numpy()).all() for tensor in read_checkpoint(path).values())


def _validate(runtime: Runtime) -> Callable[[Path], bool]:
    def validate(path: Path) -> bool:
        report = validate_package(path, runtime)
        report.text().encode()
        return report.ok

    return validate


def _check(path: Path, number: int, tally: Tally, door: Callable[[Path], bool]) -> None:
    started = time.perf_counter()
    try:
        accepted = door(path)
        tally.accepted += accepted
        tally.refused += not accepted
    except Failure as exc:
        tally.refused += 1
        if "\n" in exc.what:
            tally.failed.append(f"{path.name} {number}: {exc}")
    except Exception:
        tally.failed.append(f"{path.name} {number}: {traceback.format_exc(limit=-3)}")
    took = time.perf_counter() - started
    tally.slowest = max(tally.slowest, took)
    if took > MOST_SECONDS:
        tally.failed.append(f"{path.name} {number}: took {took:.1f} s")


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
