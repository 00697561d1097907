"""Worker process that runs darktable; a crash ends the worker only."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dtbase.system.errors import Failure
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.worker.command import worker_command
from dtproxies.darktable.worker.session import MESSAGE_BYTES, SharedImages, packed, unpacked

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a private directory is made below it

START_TIMEOUT = 120
"""Timeout for the start of a worker in seconds; a busy machine needs ten."""

CRASHED_OUTPUT = 5
"""Seconds to wait for the end of a worker that closed its socket."""


class WorkerProcess:
    """One started worker and the images that it shares with this process. Not thread-safe."""

    def __init__(
        self, darktable: Darktable, task: Literal["serve", "edit"], files: Callable[[Path], Mapping[str, Any]]
    ) -> None:
        """Start the worker and wait until it is ready.

        Args:
            darktable: as `find` returns it.
            task: what the worker serves.
            files: writes what the worker opens into its directory, and returns the remaining fields of its task.

        Raises:
            Failure: darktable crashed or cannot open the files.
        """
        self._darktable = darktable
        # On a memory file system, darktable starts in two thirds of the time.
        self._home = Path(
            tempfile.mkdtemp(prefix="dtproxies-", dir=IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None)
        )
        self._descriptor = os.memfd_create("dtproxies")
        self._memory: SharedImages | None = None
        self._capacity = 0
        try:
            content = files(self._home)
            self._process, self._line, self._log = self._spawn(task)
        except BaseException:
            shutil.rmtree(self._home, ignore_errors=True)
            os.close(self._descriptor)
            raise
        self.alive = True
        """False after a crash or `end`."""
        started = {
            "library": str(darktable.library),
            "version": darktable.version,
            "options": darktable.options(self._home),
            "home": str(self._home),
            "memory": self._descriptor,
        }
        self.ready = self.request({**started, **content}, "while it started", START_TIMEOUT)
        """First response of the worker."""

    @property
    def process_id(self) -> int:
        """Process id of the worker."""
        return self._process.pid

    def share(self, capacity: int) -> None:
        """Provide memory for one input and one output image of up to `capacity` bytes each, a multiple of a page."""
        os.truncate(self._descriptor, 2 * capacity)
        self._memory, self._capacity = SharedImages(self._descriptor, capacity), capacity

    def view(self, shape: Sequence[int], *, output: bool) -> NDArray[np.float32]:
        """View the shared input or output image, [H, W, C] with 4 channels or 1."""
        if self._memory is None:
            raise RuntimeError("call share first")
        return self._memory.view(shape, output=output)

    def request(self, message: Mapping[str, Any], when: str, timeout: float | None = None) -> dict[str, Any]:
        """Send a message and return the response.

        Args:
            message: content, as JSON.
            when: what the worker does meanwhile, for error messages.
            timeout: time limit in seconds, after which the worker is killed; None for no limit.

        Raises:
            Failure: darktable crashed, did not respond in time, or rejects the message.
        """
        self._line.settimeout(timeout)
        try:
            self._line.sendall(packed({"capacity": self._capacity, **message}))
            received = self._line.recv(MESSAGE_BYTES)
        except TimeoutError as exc:
            self.end()
            raise Failure(f"darktable did not respond {when} for {timeout:.0f} s") from exc
        except OSError:
            received = b""
        except BaseException:
            # After an interrupted call, the next call would read the response to this one.
            self.end()
            raise
        if not received:
            raise self._crash(when)
        response = unpacked(received)
        if "error" in response:
            self.end()
            raise Failure(response["error"], where=str(self._darktable.library))
        if "rejected" in response:
            raise Failure(response["rejected"], where=str(message.get("module", "")))
        return response

    def close(self) -> None:
        """Let the worker end by itself, and remove its files."""
        if self.alive:
            self._line.close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
            self.end()

    def end(self) -> None:
        """Kill the worker, and remove its files."""
        if not self.alive:
            return
        self.alive = False
        self._line.close()
        self._process.kill()
        self._process.wait()
        self._log.close()
        shutil.rmtree(self._home, ignore_errors=True)
        os.close(self._descriptor)

    def _spawn(self, task: str) -> tuple[subprocess.Popen[bytes], socket.socket, Any]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        log = (self._home / "log").open("w+b")
        with theirs:
            process = subprocess.Popen(
                worker_command(self._darktable.python, task, str(theirs.fileno())),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=(theirs.fileno(), self._descriptor),
                env=self._darktable.environment_for(self._home),
            )
        return process, ours, log

    def _crash(self, when: str) -> Failure:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(CRASHED_OUTPUT)
        status = self._process.poll()
        cause = signal.Signals(-status).name if status is not None and status < 0 else f"status {status}"
        self._log.seek(0)
        output = self._log.read().decode(errors="replace").strip().splitlines()
        self.end()
        # After a segmentation fault, darktable prints only that it tried to write a backtrace.
        last = f"; last output: {output[-1]}" if output and cause != "SIGSEGV" else ""
        return Failure(f"darktable {self._darktable.version} crashed ({cause}) {when}{last}")
