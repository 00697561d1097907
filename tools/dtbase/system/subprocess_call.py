"""Work in a separate process: all its memory comes back, and how much it took is known."""

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
Result = TypeVar("Result")
PR_SET_PDEATHSIG = 1
"""Linux, prctl(2): the signal this process gets when its parent ends."""
KILOBYTE = 1024


def run_in_subprocess(
    work: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs
) -> tuple[Result, int]:
    """Call a function in a new process that knows nothing of this one's state.

    Args:
        work: a function of a module; it, its arguments and its result have to be picklable.
        arguments: for it.
        named: likewise.

    Returns:
        Its result, and the peak memory in bytes of the largest process that took part in it.

    Raises:
        Failure: the process was killed; and whatever the function raises.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        try:
            return pool.submit(_measured, work, arguments, named).result()
        except BrokenProcessPool as exc:
            fix = "most likely memory ran out: close other programs, or give the machine more"
            raise Failure("the process that did it was killed", fix=fix) from exc


def max_parallel_processes(memory: int) -> int:
    """How many processes of so many bytes this machine has memory for, with a processor for each; one at least."""
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(os.cpu_count() or 1, there // memory))


def _measured(work: Callable[..., Result], arguments: tuple[Any, ...], named: dict[str, Any]) -> tuple[Result, int]:
    end_with_parent()
    return work(*arguments, **named), peak_memory()


def peak_memory() -> int:
    """The most memory in bytes that this process, or one it started and waited for, has taken so far."""
    return max(_own_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * KILOBYTE)


def _own_peak() -> int:
    """Peak memory of this process in bytes; Linux's `getrusage` would count that of the one that started it, too."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * KILOBYTE


def end_with_parent() -> None:
    """Have Linux end this process when the one that started it is killed, also in the middle of a long call."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
