"""ONNX Runtime as darktable uses it, in a separate process: a graph that crashes it is a problem, not the end."""

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
"""Seconds one call may take; the largest model of the collection needs a few tens on two cores."""
TYPES = {"float": "float32", "double": "float64"}
"""Element types that ONNX Runtime names unlike NumPy."""


class GraphFailure(Failure):
    """ONNX Runtime refused to load or to run a graph, or died of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one call of a graph gave."""

    outputs: Mapping[str, NDArray[Any]]
    seconds: float


@dataclass
class Runtime:
    """A process that loads and runs graphs; it starts with the first graph and is started anew when one kills it.

    Use it as a context manager.
    """

    threads: int = DEFAULT_THREADS
    time_limit: float = TIME_LIMIT
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _wire: socket.socket | None = field(default=None, init=False)
    _numbers: itertools.count[int] = field(default_factory=itertools.count, init=False)

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
            free: sizes for symbolic dimensions, by name.

        Raises:
            GraphFailure: ONNX Runtime refuses the file or dies of it.
        """
        number = next(self._numbers)
        request = {"do": "load", "session": number, "path": str(path), "level": level, "threads": self.threads}
        header, _ = self._ask({**request, "free": dict(free or {})}, {}, path.name)
        inputs, outputs = (tuple(_tensor(*tensor) for tensor in header[kind]) for kind in ("inputs", "outputs"))
        return Session(runtime=self, number=number, where=path.name, inputs=inputs, outputs=outputs)

    def stop(self) -> None:
        """End the process, if there is one."""
        if self._wire is not None:
            self._wire.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._wire = self._process = None

    def _ask(
        self, request: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], where: str
    ) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        wire = self._started()
        try:
            send(wire, request, arrays)
            header, results = receive(wire)
        except TimeoutError as exc:
            self.stop()
            raise GraphFailure(f"took longer than {self.time_limit:.0f} s", where=where) from exc
        except (EOFError, OSError) as exc:
            raise GraphFailure(f"ONNX Runtime died of it ({self._cause_of_death()})", where=where) from exc
        if "error" in header:
            raise GraphFailure(_one_line(header["error"]), where=where)
        return header, results

    def _started(self) -> socket.socket:
        if self._wire is None:
            self._wire, theirs = socket.socketpair()
            self._wire.settimeout(self.time_limit)
            command = [sys.executable, "-m", "dtmodels.graph._worker", str(theirs.fileno())]
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            with theirs:
                self._process = subprocess.Popen(
                    command,
                    pass_fds=[theirs.fileno()],
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
        return self._wire

    def _cause_of_death(self) -> str:
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
    """As ONNX Runtime sees them: symbolic dimensions it could work out are numbers."""
    outputs: tuple[TensorFacts, ...]

    def run(self, feeds: Mapping[str, NDArray[Any]]) -> Result:
        """Run the graph once.

        Args:
            feeds: one array for each input, by name.

        Raises:
            GraphFailure: ONNX Runtime refuses the call or dies of it.
        """
        request = {"do": "run", "session": self.number}
        header, outputs = self.runtime._ask(request, feeds, self.where)
        return Result(outputs=outputs, seconds=float(header["seconds"]))

    def call(self, *values: NDArray[Any]) -> Result:
        """Run the graph with inputs by position, as darktable's C code does.

        Raises:
            GraphFailure: another number of inputs, or as `run`.
        """
        if len(values) != len(self.inputs):
            what = f"takes {len(self.inputs)} inputs, darktable passes {len(values)}"
            raise GraphFailure(what, where=self.where)
        return self.run({tensor.name: value for tensor, value in zip(self.inputs, values, strict=True)})

    def close(self) -> None:
        """Free the memory of the session."""
        self.runtime._ask({"do": "close", "session": self.number}, {}, self.where)


def _tensor(name: str, kind: str, shape: list[int | str]) -> TensorFacts:
    inner = kind.removeprefix("tensor(").removesuffix(")")
    return TensorFacts(name=name, dtype=TYPES.get(inner, inner), shape=tuple(shape))


def _one_line(message: str) -> str:
    return " ".join(message.replace("[ONNXRuntimeError] : ", "").split())
