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
from typing import Any

from numpy.typing import NDArray

from dtmodels.findings.check_report import TensorFacts
from dtmodels.graph import limits
from dtmodels.graph._wire import TooLarge, receive, send
from dtmodels.graph.failures import GraphCrash, GraphFailure, GraphRefused, LimitReached, without_status
from dtmodels.graph.optimisation import Level, Opening, retries

DEFAULT_THREADS = 2
TYPES = {"float": "float32", "double": "float64"}
"""NumPy's names of element types that ONNX Runtime calls otherwise."""


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
    site: Path | None = None
    """Directory with another ONNX Runtime than that of this Python, put before the import path."""
    call_seconds: float = limits.CALL_SECONDS
    memory: int = limits.MEMORY
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
        """Create a session, as darktable does for each ONNX file: at a lower level if ONNX Runtime refuses the first.

        Args:
            path: the ONNX file.
            level: optimisation level of the first attempt; darktable uses "all", and "none" for the decoder of a mask.
            free: sizes of symbolic (free) dimensions, by name.

        Raises:
            GraphRefused: ONNX Runtime refuses the file at every level that darktable tries.
            GraphCrash: ONNX Runtime crashes.
            LimitReached: the file takes too much time or memory.
        """
        number, failures, refused = next(self._session_numbers), list[str](), dict[Level, str]()
        for tried in (level, *(attempt.level for attempt in retries(level))):
            if tried not in refused:
                try:
                    header = self._open(path, number, tried, free or {})
                except (GraphCrash, LimitReached):
                    raise
                except GraphFailure as exc:
                    refused[tried] = exc.what
                else:
                    return self._session(
                        path, number, header, Opening(level, tried, tuple(failures), header["runtime"])
                    )
            failures.append(refused[tried])
        raise GraphRefused(failures[-1], where=path.name, attempts=len(failures), levels=tuple(refused))

    def _open(self, path: Path, number: int, level: Level, free: Mapping[str, int]) -> dict[str, Any]:
        request = {"do": "load", "session": number, "path": str(path), "level": level, "threads": self.threads}
        seconds = limits.opening_seconds(_size(path), self.call_seconds)
        return self._request({**request, "free": dict(free)}, {}, path.name, seconds)[0]

    def _session(self, path: Path, number: int, header: Mapping[str, Any], opening: Opening) -> Session:
        inputs, outputs = (tuple(_tensor(*tensor) for tensor in header[kind]) for kind in ("inputs", "outputs"))
        return Session(
            runtime=self,
            number=number,
            where=path.name,
            size=_size(path),
            inputs=inputs,
            outputs=outputs,
            opening=opening,
        )

    def stop(self) -> None:
        """End the worker process, if there is one."""
        if self._wire is not None:
            self._wire.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._wire = self._process = None

    def _request(
        self, request: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], where: str, seconds: float
    ) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        wire = self._start()
        try:
            wire.settimeout(seconds)
            send(wire, request, arrays)
            header, results = receive(wire, limits.MAX_OUTPUT)
        except TimeoutError as exc:
            self.stop()
            what = f"took longer than {seconds:.0f} s, more than its size explains: darktable hangs"
            raise LimitReached(what, where=where) from exc
        except TooLarge as exc:
            self.stop()
            raise LimitReached(str(exc), where=where) from exc
        except (EOFError, OSError) as exc:
            raise self._crash(where) from exc
        if "error" in header:
            if limits.ran_out_of_memory(header["error"]):
                raise self._out_of_memory(where)
            raise GraphFailure(without_status(header["error"]), where=where)
        return header, results

    def _start(self) -> socket.socket:
        if self._wire is None:
            self._wire, worker_wire = socket.socketpair()
            command = [sys.executable, "-m", "dtmodels.graph._worker", str(worker_wire.fileno()), str(self.memory)]
            paths = [*([str(self.site)] if self.site else []), *(path for path in sys.path if path)]
            with worker_wire:
                self._process = subprocess.Popen(
                    command,
                    pass_fds=[worker_wire.fileno()],
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
        return self._wire

    def _crash(self, where: str) -> GraphFailure:
        code = self._process.wait(timeout=10) if self._process else 0
        self.stop()
        if code == -signal.SIGKILL:
            return self._out_of_memory(where)
        reason = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return GraphCrash(f"ONNX Runtime crashed ({reason})", where=where)

    def _out_of_memory(self, where: str) -> LimitReached:
        what = f"needs more than {self.memory / (1 << 30):.3g} GiB of memory: darktable runs out of it on most machines"
        return LimitReached(what, where=where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A loaded graph."""

    runtime: Runtime
    number: int
    where: str
    size: int
    """Bytes of the file."""
    inputs: tuple[TensorFacts, ...]
    """Inputs as ONNX Runtime reports them: symbolic dimensions that it could infer are numbers."""
    outputs: tuple[TensorFacts, ...]
    opening: Opening

    def run(self, feeds: Mapping[str, NDArray[Any]]) -> Result:
        """Run the graph once.

        Args:
            feeds: one array per input, by name.

        Raises:
            GraphFailure: ONNX Runtime fails the call.
            GraphCrash: ONNX Runtime crashes.
            LimitReached: the call takes too much time or memory.
        """
        request = {"do": "run", "session": self.number}
        seconds = limits.call_seconds(self.size, feeds.values(), self.runtime.call_seconds)
        header, outputs = self.runtime._request(request, feeds, self.where, seconds)
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
        request = {"do": "close", "session": self.number}
        self.runtime._request(request, {}, self.where, self.runtime.call_seconds)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _tensor(name: str, kind: str, shape: list[int | str]) -> TensorFacts:
    inner = kind.removeprefix("tensor(").removesuffix(")")
    return TensorFacts(name=name, dtype=TYPES.get(inner, inner), shape=tuple(shape))
