"""Limit the number of torch threads. Training uses half the cores, because darktable renders on the others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def half_the_cores() -> Iterator[None]:
    """Limit torch to half of the cores, at least one.

    Its threads wait for each other by spinning. With one thread per core and another busy process, a training step on
    two cores took eight times as long as with one thread.
    """
    with _threads(max(1, (os.cpu_count() or 1) // 2)):
        yield


@contextmanager
def one_core() -> Iterator[None]:
    """Limit torch to the calling thread, so that its CPU time can be measured."""
    with _threads(1):
        yield


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
