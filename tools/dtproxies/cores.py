"""Training shares the processor with the darktable that renders for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def half_the_cores() -> Iterator[None]:
    """Let torch use half of the cores, and one at least.

    Its threads wait for each other by spinning: with as many threads as cores, and anything else running beside, a
    step on two cores took eight times as long as with one thread.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // 2))
    try:
        yield
    finally:
        torch.set_num_threads(before)
