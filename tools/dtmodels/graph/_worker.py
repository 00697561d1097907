"""Worker process that loads and runs graphs, so that a crash of ONNX Runtime does not end the caller.

Started by `dtmodels.graph.runtime` as `python -m dtmodels.graph._worker <socket> <bytes of memory>`.
"""

from __future__ import annotations

import resource
import socket
import sys
import time
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from dtbase.system.subprocess_call import end_with_parent
from dtmodels.graph._wire import receive, send

FATAL_ONLY = 4
LEVELS = {
    "all": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL,
    "basic": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "none": onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL,
}


def serve(wire: socket.socket) -> None:
    """Respond to requests until the caller closes the socket."""
    sessions: dict[int, Any] = {}
    while True:
        try:
            request, arrays = receive(wire)
        except EOFError:
            return
        try:
            header, results = _respond(sessions, request, arrays)
        except Exception as exc:
            # ONNX Runtime raises many unrelated exception types; all of them mean that darktable's call fails
            header, results = {"error": str(exc) or type(exc).__name__}, {}
        send(wire, header, results)


def _respond(
    sessions: dict[int, Any], request: dict[str, Any], arrays: dict[str, NDArray[np.generic]]
) -> tuple[dict[str, Any], dict[str, NDArray[np.generic]]]:
    key = int(request["session"])
    if request["do"] == "close":
        sessions.pop(key, None)
        return {}, {}
    if request["do"] == "load":
        sessions[key] = _load(request)
        return {
            "inputs": _tensor_facts(sessions[key].get_inputs()),
            "outputs": _tensor_facts(sessions[key].get_outputs()),
            "runtime": onnxruntime.__version__,
        }, {}
    if key not in sessions:
        raise RuntimeError("the session was lost in an earlier crash")
    started = time.perf_counter()
    results = sessions[key].run(None, arrays)
    seconds = time.perf_counter() - started
    names = [output.name for output in sessions[key].get_outputs()]
    return {"seconds": seconds}, dict(zip(names, results, strict=True))


def _load(request: dict[str, Any]) -> Any:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = LEVELS[request["level"]]
    options.intra_op_num_threads = int(request["threads"])
    options.log_severity_level = FATAL_ONLY
    for name, size in request["free"].items():
        options.add_free_dimension_override_by_name(name, size)
    return onnxruntime.InferenceSession(request["path"], options, providers=["CPUExecutionProvider"])


def _tensor_facts(values: Any) -> list[list[Any]]:
    """Name, type and shape of each tensor, after ONNX Runtime's own shape inference."""
    return [[value.name, value.type, [_dimension(dim, i) for i, dim in enumerate(value.shape)]] for value in values]


def _dimension(dim: int | str | None, index: int) -> int | str:
    return f"unnamed {index}" if dim is None or dim == "" else dim


if __name__ == "__main__":
    end_with_parent()
    # a crash is an expected outcome here, so no core dump is written
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # counts private memory, not mapped files; macOS does not enforce it
    resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[2]), resource.RLIM_INFINITY))
    onnxruntime.set_default_logger_severity(FATAL_ONLY)
    serve(socket.socket(fileno=int(sys.argv[1])))
