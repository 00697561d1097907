"""Session with the parent process: requests and responses until it closes the socket or dies.

The socket preserves message boundaries; each message is JSON. Pixels are passed in shared memory: first the input, then
the output, as float32, aligned to pages.
"""

from __future__ import annotations

import ctypes as c
import json
import mmap
import os
import select
import shutil
import socket
import threading
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .library import DarktableError, load

MESSAGE_BYTES = 1 << 20
"""Maximum size of a message in bytes."""

PAGE = 4096


class Service(Protocol):
    """What a session offers: a first response, and responses to requests."""

    def ready(self) -> dict[str, Any]:
        """Describe what was opened."""
        ...

    def respond(self, request: dict[str, Any], memory: SharedImages) -> dict[str, Any]:
        """Fulfil one request; raises DarktableError if it cannot be fulfilled."""
        ...


def image_bytes(height: int, width: int) -> int:
    """Return the bytes of shared memory for one image of four float32 channels, rounded up to a page."""
    return -(-height * width * 16 // PAGE) * PAGE


class SharedImages:
    """Memory for one input and one output image, of at most `capacity` bytes each."""

    def __init__(self, descriptor: int, capacity: int) -> None:
        self._memory = mmap.mmap(descriptor, 2 * capacity)
        self._capacity = capacity

    def view(self, shape: Sequence[int], *, output: bool) -> NDArray[np.float32]:
        """View the input or output image; `shape` is height, width and channels (4, or 1 for a mosaic)."""
        height, width, channels = shape
        start = self._capacity if output else 0
        return np.frombuffer(self._memory, np.float32, height * width * channels, start).reshape(
            height, width, channels
        )


def run_session(descriptor: int, opened: Callable[[c.CDLL, dict[str, Any]], Service]) -> None:
    """Open what the first message describes, then respond to requests."""
    line = socket.socket(fileno=descriptor)
    task = unpacked(line.recv(MESSAGE_BYTES))
    home = Path(task["home"])
    watch = threading.Thread(target=_exit_with_caller, args=(line.fileno(), os.getppid(), home), daemon=True)
    watch.start()
    try:
        service = opened(load(Path(task["library"]), task["version"], task["options"]), task)
        ready = service.ready()
    except (DarktableError, OSError, AttributeError, KeyError) as exc:
        _respond(line, error=str(exc))
        return
    _respond(line, **ready)
    memory: SharedImages | None = None
    while message := line.recv(MESSAGE_BYTES):
        request = unpacked(message)
        if memory is None:  # the caller may have resized it after the first response
            memory = SharedImages(task["memory"], request["capacity"])
        try:
            _respond(line, **service.respond(request, memory))
        except DarktableError as exc:
            _respond(line, rejected=str(exc))
    # Only the watching thread ends this process and removes its files.
    watch.join()


def packed(content: dict[str, Any]) -> bytes:
    """Write a message. Compressed, because a socket takes 200 kB at once and the masks of an edit are longer."""
    return zlib.compress(json.dumps(content).encode(), 1)


def unpacked(message: bytes) -> dict[str, Any]:
    """Read a message that `packed` wrote."""
    content: dict[str, Any] = json.loads(zlib.decompress(message))
    return content


def _respond(line: socket.socket, **content: Any) -> None:
    line.sendall(packed(content))


def _exit_with_caller(descriptor: int, caller: int, home: Path) -> None:
    """End this process as soon as the caller is gone, even during a render, and remove its files."""
    hangup = select.poll()
    hangup.register(descriptor, select.POLLRDHUP)
    while not hangup.poll(1000) and os.getppid() == caller:
        pass
    shutil.rmtree(home, ignore_errors=True)
    os._exit(0)
