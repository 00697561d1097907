"""Call a function in a separate process, which returns all its memory and reports the peak."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from dtbase.system.errors import Failure

Arguments = ParamSpec("Arguments")
ReturnType = TypeVar("ReturnType")
PR_SET_PDEATHSIG = 1
"""Option of prctl(2) on Linux: the signal that this process gets when its parent ends."""
KILOBYTE = 1024


def run_in_subprocess(
    function: Callable[Arguments, ReturnType], *arguments: Arguments.args, **keywords: Arguments.kwargs
) -> tuple[ReturnType, int]:
    """Call a function in a new process that shares no state with this one.

    Args:
        function: a function of a module. It, its arguments and its result must be picklable.
        arguments: its positional arguments.
        keywords: its keyword arguments.

    Returns:
        The result, and the peak memory in bytes of the largest process that took part.

    Raises:
        Failure: the process was killed. Exceptions of the function are raised as they are.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        try:
            return pool.submit(_call_and_measure, function, arguments, keywords).result()
        except BrokenProcessPool as exc:
            fix = "memory probably ran out: close other programs, or use a machine with more memory"
            raise Failure("the worker process was killed", fix=fix) from exc


class SharedProcesses:
    """Processes that each call many functions, one after the other, and so load their libraries once.

    They share no state with this process. Use as a context manager; the processes end with it.
    """

    def __init__(self, count: int) -> None:
        self._pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), end_with_parent)

    def __enter__(self) -> SharedProcesses:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def call(
        self, function: Callable[Arguments, ReturnType], *arguments: Arguments.args, **keywords: Arguments.kwargs
    ) -> ReturnType:
        """Call a function in one of the processes, with arguments as for `run_in_subprocess`.

        All of the processes end when one is killed. Each call then gets a process of its own.

        Raises:
            Failure: the function's process was killed, also when it had one of its own.
        """
        try:
            return self._pool.submit(function, *arguments, **keywords).result()
        except BrokenProcessPool:
            return run_in_subprocess(function, *arguments, **keywords)[0]


def max_parallel_processes(memory: int) -> int:
    """Return how many processes of `memory` bytes each fit into memory, at most one per CPU core and at least one."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(os.cpu_count() or 1, total // memory))


def _call_and_measure(
    function: Callable[..., ReturnType], arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> tuple[ReturnType, int]:
    end_with_parent()
    return function(*arguments, **keywords), peak_memory()


def peak_memory() -> int:
    """Return the peak memory in bytes of this process or of its largest finished child process."""
    return max(_own_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * KILOBYTE)


def _own_peak() -> int:
    """Return the peak memory of this process in bytes. On Linux, `getrusage` would include the parent's memory."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * KILOBYTE


def end_with_parent() -> None:
    """Make Linux kill this process when its parent ends, even during a long call."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
