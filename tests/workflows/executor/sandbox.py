"""Sandbox of steps: a network namespace with loopback only, and an explicit environment."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

CLONE_NEWNET = 0x40000000
UNREACHABLE_PROXY = "http://127.0.0.1:9"
"""A proxy that never responds: without a namespace, programs that respect proxy variables fail at least."""
GRACE_S = 1.0
"""Seconds for a cancelled process to clean up; GitHub allows ten."""

T = TypeVar("T")


class Network:
    """A network namespace with loopback only, or none if this user may not create one."""

    def __init__(self) -> None:
        self.handle: int | None = None
        self.missing = ""
        try:
            self.handle = _in_thread(_new_namespace)
        except OSError as error:
            self.missing = f"steps are not isolated from the network: {error}"

    def inside(self, action: Callable[[], T]) -> T:
        """Call a function inside the namespace, for example to open a socket for steps."""
        if self.handle is None:
            return action()
        handle = self.handle

        def entered() -> T:
            _enter(handle)
            return action()

        return _in_thread(entered)

    def close(self) -> None:
        """Close the namespace."""
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessResult:
    """Result of a process."""

    code: int
    output: str
    seconds: float
    ended: str
    """Empty for a normal end, else `timeout` or `cancelled`."""


def run(
    command: Sequence[str],
    *,
    network: Network,
    env: Mapping[str, str],
    cwd: Path,
    timeout_s: float,
    cancel: Callable[[], bool] | None = None,
) -> ProcessResult:
    """Run a program until its end, its time limit, or until `cancel` returns True; stderr is part of the output."""
    started = time.monotonic()
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), UNREACHABLE_PROXY)
    local = {"no_proxy": "127.0.0.1,localhost", "NO_PROXY": "127.0.0.1,localhost"}
    enter = [] if network.handle is None else ["nsenter", f"--net=/proc/self/fd/{network.handle}", "--"]
    process = subprocess.Popen(
        [*enter, *command],
        env={**proxies, **local, **env},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=[] if network.handle is None else [network.handle],
    )
    ended: list[str] = []
    watch = threading.Thread(target=_watch, args=(process, started + timeout_s, cancel, ended))
    watch.start()
    output, _ = process.communicate()
    watch.join()
    return ProcessResult(
        code=process.returncode,
        output=output.decode("utf-8", errors="replace"),
        seconds=time.monotonic() - started,
        ended="".join(ended),
    )


def _watch(
    process: subprocess.Popen[bytes], deadline: float, cancel: Callable[[], bool] | None, ended: list[str]
) -> None:
    """End a process and its children as the runner does: SIGINT first, then SIGKILL."""
    while not ended:
        try:
            process.wait(0.02 if cancel else max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            if cancel and cancel():
                ended.append("cancelled")
            elif time.monotonic() >= deadline:
                ended.append("timeout")
        else:
            return
    os.killpg(process.pid, signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _in_thread(action: Callable[[], T]) -> T:
    """Call a function in a separate thread: a namespace belongs to a thread, not to a process."""
    results: list[T] = []
    errors: list[Exception] = []

    def work() -> None:
        try:
            results.append(action())
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _new_namespace() -> int:
    _checked(_libc().unshare(CLONE_NEWNET))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def _enter(handle: int) -> None:
    _checked(_libc().setns(handle, CLONE_NEWNET))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
