"""Work in another process: its result, its failures, its memory, its death."""

from __future__ import annotations

import os
import signal

import pytest

from dtbase.system.errors import Failure
from dtbase.system.subprocess_call import max_parallel_processes, run_in_subprocess

LARGE = 300_000_000


def where_it_runs() -> int:
    return os.getpid()


def fill(size: int) -> int:
    return len(bytearray(b"x") * size)


def fail() -> None:
    raise Failure("no", where="there", fix="do")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_the_result_comes_from_another_process() -> None:
    result, _ = run_in_subprocess(where_it_runs)
    assert result != os.getpid()


def test_the_peak_is_that_of_the_work_and_not_of_this_process() -> None:
    (small, less), (large, more) = run_in_subprocess(fill, 1), run_in_subprocess(fill, LARGE)
    assert (small, large) == (1, LARGE)
    assert 0.9 * LARGE < more - less < 2 * LARGE


def test_a_failure_comes_through_whole() -> None:
    with pytest.raises(Failure, match="no") as failure:
        run_in_subprocess(fail)
    assert (failure.value.where, failure.value.fix) == ("there", "do")


def test_a_process_that_is_killed_is_a_failure() -> None:
    with pytest.raises(Failure, match="was killed") as failure:
        run_in_subprocess(die)
    assert "memory" in failure.value.fix


def test_as_many_processes_fit_as_there_are_processors_and_memory_but_one_always() -> None:
    assert max_parallel_processes(1) == os.cpu_count()
    assert max_parallel_processes(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")) == 1
    assert max_parallel_processes(10**18) == 1
