"""Calls in a subprocess: result, failure, peak memory, and a killed process."""

from __future__ import annotations

import os
import signal

import pytest

from dtbase.system.errors import Failure
from dtbase.system.subprocess_call import SharedProcesses, max_parallel_processes, run_in_subprocess

LARGE = 300_000_000


def process_id() -> int:
    return os.getpid()


def fill(size: int) -> int:
    return len(bytearray(b"x") * size)


def fail() -> None:
    raise Failure("no", where="there", fix="do")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_function_runs_in_another_process() -> None:
    result, _ = run_in_subprocess(process_id)
    assert result != os.getpid()


def test_peak_memory_excludes_the_calling_process() -> None:
    (small, small_peak), (large, large_peak) = run_in_subprocess(fill, 1), run_in_subprocess(fill, LARGE)
    assert (small, large) == (1, LARGE)
    assert 0.9 * LARGE < large_peak - small_peak < 2 * LARGE


def test_failure_keeps_where_and_fix() -> None:
    with pytest.raises(Failure, match="no") as failure:
        run_in_subprocess(fail)
    assert (failure.value.where, failure.value.fix) == ("there", "do")


def test_killed_process_is_reported_as_failure() -> None:
    with pytest.raises(Failure, match="was killed") as failure:
        run_in_subprocess(die)
    assert "memory" in failure.value.fix


def test_parallel_processes_are_limited_by_cores_and_memory_and_at_least_one() -> None:
    assert max_parallel_processes(1) == os.cpu_count()
    assert max_parallel_processes(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")) == 1
    assert max_parallel_processes(10**18) == 1


def test_shared_process_is_used_again_and_failures_pass_through() -> None:
    with SharedProcesses(1) as shared:
        first = shared.call(process_id)
        with pytest.raises(Failure, match="no"):
            shared.call(fail)
        assert shared.call(process_id) == first != os.getpid()


def test_call_after_a_killed_shared_process_gets_one_of_its_own() -> None:
    with SharedProcesses(1) as shared:
        first = shared.call(process_id)
        with pytest.raises(Failure, match="was killed"):
            shared.call(die)
        assert shared.call(process_id) not in {first, os.getpid()}
