"""Run graphs as darktable does, in a worker process: a graph that crashes ONNX Runtime becomes a reported error."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from numpy.typing import NDArray

from dtbase.system.errors import Failure
from dtmodels.findings.check_report import TensorFacts
from dtmodels.graph._wire import receive, send

Level = Literal["all", "basic", "none"]
DEFAULT_THREADS = 2
TIME_LIMIT = 1800.0
"""Time limit of one call, in seconds; the largest model of the collection needs some tens of seconds on two cores."""
TYPES = {"float": "float32", "double": "float64"}
"""NumPy's names of element types that ONNX Runtime calls otherwise."""


class GraphFailure(Failure):
    """ONNX Runtime failed to load or run a graph, or crashed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Outputs and wall time of one call of a graph."""

    outputs: Mapping[str, NDArray[Any]]
    seconds: float


@dataclass
class Runtime:
    """Worker process that loads and runs graphs. It starts with the first graph, and restarts after a crash.

    Use it as a context manager.
    """

    threads: int = DEFAULT_THREADS
    time_limit: float = TIME_LIMIT
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _wire: socket.socket | None = field(default=None, init=False)
    _session_numbers: itertools.count[int] = field(default_factory=itertools.count, init=False)

    def __enter__(self) -> Runtime:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def load(self, path: Path, *, level: Level = "all", free: Mapping[str, int] | None = None) -> Session:
        """Create a session, as darktable does for each ONNX file.

        Args:
            path: the ONNX file.
            level: graph optimisation; darktable uses "all", and "none" for the decoder of a mask.
            free: sizes of symbolic (free) dimensions, by name.

        Raises:
            GraphFailure: ONNX Runtime fails to load the file, or crashes.
        """
        number = next(self._session_numbers)
        request = {"do": "load", "session": number, "path": str(path), "level": level, "threads": self.threads}
        header, _ = self._request({**request, "free": dict(free or {})}, {}, path.name)
        inputs, outputs = (tuple(_tensor(*tensor) for tensor in header[kind]) for kind in ("inputs", "outputs"))
        return Session(runtime=self, number=number, where=path.name, inputs=inputs, outputs=outputs)

    def stop(self) -> None:
        """End the worker process, if there is one."""
        if self._wire is not None:
            self._wire.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._wire = self._process = None

    def _request(
        self, request: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], where: str
    ) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        wire = self._start()
        try:
            send(wire, request, arrays)
            header, results = receive(wire)
        except TimeoutError as exc:
            self.stop()
            raise GraphFailure(f"took longer than {self.time_limit:.0f} s", where=where) from exc
        except (EOFError, OSError) as exc:
            raise GraphFailure(f"ONNX Runtime crashed ({self._exit_reason()})", where=where) from exc
        if "error" in header:
            raise GraphFailure(_one_line(header["error"]), where=where)
        return header, results

    def _start(self) -> socket.socket:
        if self._wire is None:
            self._wire, worker_wire = socket.socketpair()
            self._wire.settimeout(self.time_limit)
            command = [sys.executable, "-m", "dtmodels.graph._worker", str(worker_wire.fileno())]
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            with worker_wire:
                self._process = subprocess.Popen(
                    command,
                    pass_fds=[worker_wire.fileno()],
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
        return self._wire

    def _exit_reason(self) -> str:
        code = self._process.wait(timeout=10) if self._process else 0
        self.stop()
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A loaded graph."""

    runtime: Runtime
    number: int
    where: str
    inputs: tuple[TensorFacts, ...]
    """Inputs as ONNX Runtime reports them: symbolic dimensions that it could infer are numbers."""
    outputs: tuple[TensorFacts, ...]

    def run(self, feeds: Mapping[str, NDArray[Any]]) -> Result:
        """Run the graph once.

        Args:
            feeds: one array per input, by name.

        Raises:
            GraphFailure: ONNX Runtime fails the call, or crashes.
        """
        request = {"do": "run", "session": self.number}
        header, outputs = self.runtime._request(request, feeds, self.where)
        return Result(outputs=outputs, seconds=float(header["seconds"]))

    def call(self, *values: NDArray[Any]) -> Result:
        """Run the graph with inputs by position, as darktable's C code does.

        Raises:
            GraphFailure: the number of inputs is not that of the graph, or as `run`.
        """
        if len(values) != len(self.inputs):
            what = f"takes {len(self.inputs)} inputs, darktable passes {len(values)}"
            raise GraphFailure(what, where=self.where)
        return self.run({tensor.name: value for tensor, value in zip(self.inputs, values, strict=True)})

    def close(self) -> None:
        """Free the memory of the session."""
        self.runtime._request({"do": "close", "session": self.number}, {}, self.where)


def _tensor(name: str, kind: str, shape: list[int | str]) -> TensorFacts:
    inner = kind.removeprefix("tensor(").removesuffix(")")
    return TensorFacts(name=name, dtype=TYPES.get(inner, inner), shape=tuple(shape))


def _one_line(message: str) -> str:
    return " ".join(message.replace("[ONNXRuntimeError] : ", "").split())
