"""Delay interruptions, so that training stops between two steps."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def between_steps() -> Iterator[Callable[[], bool]]:
    """Delay Ctrl-C and termination requests; the yielded function returns True after one was received.

    A second one acts at once. Outside the main thread, where Python cannot handle signals, none is delayed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    received = False
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def remember(number: int, _: object) -> None:
        nonlocal received
        received = True
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, remember)
    try:
        yield lambda: received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
