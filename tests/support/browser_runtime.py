"""Run graphs in ONNX Runtime as the browser has it: onnxruntime-web, WebAssembly, under Node."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.support.npm_packages import npm_packages

HERE = Path(__file__).parent.parent / "browser"
Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One call of a graph."""

    graph: Path
    inputs: Mapping[str, Array]
    output: str


def run_in_browser_runtime(runs: Sequence[Run], directory: Path) -> list[Array | str]:
    """Run graphs one after the other; return the output of each, or the message of its failure.

    Args:
        runs: the calls.
        directory: for the values of inputs and outputs.
    """
    npm_packages(HERE)
    request = [_request(run, directory / str(number)) for number, run in enumerate(runs)]
    file = directory / "request.json"
    file.write_text(json.dumps(request))
    command = ["node", HERE / "run_graphs.mjs", file]
    done = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    results = json.loads(done.stdout.splitlines()[-1])
    return [
        result.get("error") or np.fromfile(one["output"]["file"], np.float32).reshape(result["shape"])
        for result, one in zip(results, request, strict=True)
    ]


def _request(run: Run, directory: Path) -> dict[str, object]:
    directory.mkdir(parents=True)
    inputs = []
    for name, values in run.inputs.items():
        values.astype(np.float32).tofile(directory / name)
        inputs.append({"name": name, "shape": values.shape, "file": str(directory / name)})
    output = {"name": run.output, "file": str(directory / "result")}
    return {"graph": str(run.graph), "inputs": inputs, "output": output}
