"""Convert real graphs, and mutated ones, as family `onnx` does: none may end without a sentence and a fix.

    .venv/bin/python -m benchmarks.finished_graphs [MUTATIONS [DIRECTORY]]

The graphs are the tests of the onnx package, or all .onnx files below a directory. Outputs are compared with those
stored next to a graph, in `test_data_set_0`. Free dimensions get the sizes of the stored inputs, or 1 for the first
axis and 32 for others.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import onnx
import onnx.backend.test
import onnxruntime
from onnx import numpy_helper

from benchmarks._graph_mutations import mutated_graph
from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.families._external import read_onnx
from dtmodels.families._graph_overrides import GraphOverrides
from dtmodels.families._onnx_graph import convert_graph
from dtmodels.families._onnx_sizes import free_dimensions
from dtmodels.graph.normalise import normalise
from dtmodels.graph.parity import check_parity
from dtmodels.graph.runtime import Runtime

MUTATIONS = 2000
DATA = "test_data_set_0"
MAX_BYTES = 20_000
"""Largest file that is mutated."""
MAX_ERROR = 1e-3


def main(arguments: Sequence[str] = ()) -> int:
    """Print the results, and each graph that ends in a bug, differs, or is refused without a fix."""
    count = int(arguments[0]) if arguments else MUTATIONS
    directory = Path(arguments[1]) if len(arguments) > 1 else Path(onnx.backend.test.__file__).parent / "data"
    paths, tally, console = sorted(directory.rglob("*.onnx")), Counter[str](), Console()
    small = [data for path in paths if len(data := path.read_bytes()) < MAX_BYTES]
    failed, started = [], time.monotonic()
    with Runtime() as runtime, tempfile.TemporaryDirectory() as scratch:
        for path in paths:
            result = _result(path, Path(scratch), runtime)
            tally[f"real: {result}"] += 1
            failed += [f"{path}: {result}"] if _is_failed(result) else []
        for number in range(count if small else 0):
            mutated = Path(scratch) / "mutated.onnx"
            mutated.write_bytes(mutated_graph(number, small))
            result = _result(mutated, Path(scratch), runtime)
            tally[f"mutated: {result if _is_failed(result) else result.partition(':')[0]}"] += 1
            failed += [f"number {number}: {result}"] if _is_failed(result) else []
    console.table(["result", "graphs"], [[name, str(number)] for name, number in tally.most_common()])
    console.say(f"{(time.monotonic() - started) / 60:.1f} minutes")
    for line in failed:
        console.say(line)
    return int(bool(failed))


def _is_failed(result: str) -> bool:
    return result.startswith(("BUG", "DIFFERS", "NO FIX"))


def _result(path: Path, scratch: Path, runtime: Runtime) -> str:
    try:
        finished = _convert(path, scratch, runtime)
    except Failure as exc:
        return f"refused: {_kind(exc.what)}" if exc.fix else f"NO FIX: {exc.what}"
    except Exception:
        return f"BUG: {traceback.format_exc(limit=-3)}"
    return _compared(finished, path.parent / DATA)


def _convert(path: Path, scratch: Path, runtime: Runtime) -> Path:
    name = PurePosixPath("net.onnx")
    model = read_onnx(name, {name: path} | {PurePosixPath(one.name): one for one in path.parent.iterdir()})
    free = free_dimensions(model.graph)
    sizes: dict[str, int | list[int]] = {one: 1 if one.endswith(".0") else 32 for one in free}
    if free and (stored := _stored(path.parent / DATA, "input")):
        sizes |= {value.name: list(one.shape) for value, one in zip(model.graph.input, stored, strict=False)}
    raw, finished = scratch / "model.onnx", scratch / "finished.onnx"
    overrides = GraphOverrides(where="card.yaml", sizes=sizes)
    convert_graph(model, path.name, overrides, raw, scratch=scratch, runtime=runtime)
    normalise(raw, finished, half=True, finished=True)
    check_parity(raw, finished, runtime, "half")
    return finished


def _kind(what: str) -> str:
    """The sentence of a refusal without names, numbers and words of libraries."""
    return re.sub(r"\d[\d,.]*", "N", re.sub(r"'[^']*'", "'...'", what.partition(" (")[0]))[:90]


def _compared(finished: Path, data: Path) -> str:
    inputs, outputs = _stored(data, "input"), _stored(data, "output")
    if not outputs:
        return "converted"
    session = onnxruntime.InferenceSession(finished, providers=["CPUExecutionProvider"])
    names = [tensor.name for tensor in session.get_inputs()]
    feeds = {name: _float32(value) for name, value in zip(names, inputs, strict=True)}
    for computed, expected in zip(session.run(None, feeds), outputs, strict=True):
        if not np.allclose(computed, _float32(expected), rtol=MAX_ERROR, atol=MAX_ERROR, equal_nan=True):
            return f"DIFFERS by {np.abs(computed - expected).max()}"
    return "converted, equal to the stored outputs"


def _float32(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return values.astype(np.float32)


def _stored(data: Path, side: str) -> list[np.ndarray]:
    """The stored inputs or outputs of a graph, in order; none if one is no tensor."""
    paths = [data / f"{side}_{index}.pb" for index in range(len(list(data.glob(f"{side}_*.pb"))))]
    tensors = [onnx.TensorProto.FromString(path.read_bytes()) for path in paths]
    return [numpy_helper.to_array(one) for one in tensors] if all(one.data_type for one in tensors) else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
