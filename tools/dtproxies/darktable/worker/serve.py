"""Serve render requests of the parent process until it closes the socket or dies.

The socket preserves message boundaries; each message is JSON. Pixels are passed in shared memory: first the input, then
the output, each [H, W, 4] or [H, W, 1] float32, aligned to pages.
"""

from __future__ import annotations

import json
import mmap
import os
import select
import shutil
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .library import DarktableError, load
from .loaded_image import LoadedImage

MESSAGE_BYTES = 1 << 18
"""Maximum size of a message in bytes."""

PAGE = 4096


def image_bytes(height: int, width: int) -> int:
    """Return the bytes of shared memory for one image of four float32 channels, rounded up to a page."""
    return -(-height * width * 16 // PAGE) * PAGE


def shared_image(memory: mmap.mmap, shape: Sequence[int], *, output: bool) -> NDArray[np.float32]:
    """View the input or output image in `memory`; `shape` is height, width and channels (4, or 1 for a mosaic)."""
    height, width, channels = shape
    start = image_bytes(height, width) if output else 0
    return np.frombuffer(memory, np.float32, height * width * channels, start).reshape(height, width, channels)


def serve(descriptor: int) -> None:
    """Set up darktable as described by the first message, then respond to requests."""
    line = socket.socket(fileno=descriptor)
    task = json.loads(line.recv(MESSAGE_BYTES))
    home = Path(task["home"])
    watch = threading.Thread(target=_exit_with_caller, args=(line.fileno(), os.getppid(), home), daemon=True)
    watch.start()
    try:
        library = load(Path(task["library"]), task["version"], task["options"])
        loaded = LoadedImage(library, Path(task["library"]), Path(task["image"]), task["modules"])
        defaults = {name: loaded.defaults[name].hex() for name in task["modules"]}
        _respond(line, spaces=loaded.spaces, defaults=defaults)
    except (DarktableError, OSError, AttributeError, KeyError) as exc:
        _respond(line, error=str(exc))
        return
    memory = mmap.mmap(task["memory"], 2 * image_bytes(task["height"], task["width"]))
    size = (task["height"], task["width"])
    while message := line.recv(MESSAGE_BYTES):
        request = json.loads(message)
        try:
            _respond(line, **_fulfil(request, loaded, memory, size))
        except DarktableError as exc:
            _respond(line, rejected=str(exc))
    # Only the watching thread ends this process and removes its files.
    watch.join()


def _fulfil(request: dict[str, Any], loaded: LoadedImage, memory: mmap.mmap, size: tuple[int, int]) -> dict[str, Any]:
    """Convert parameters of an earlier version, or render the image in the shared memory."""
    module, params = request["module"], bytes.fromhex(request["params"])
    if "version" in request:
        return {"params": loaded.upgrade(module, params, request["version"]).hex()}
    pixels, out = (
        shared_image(memory, (*size, request[key]), output=key == "out_channels")
        for key in ("channels", "out_channels")
    )
    loaded.process(module, params, pixels, out)
    return {}


def _respond(line: socket.socket, **content: Any) -> None:
    line.sendall(json.dumps(content).encode())


def _exit_with_caller(descriptor: int, caller: int, home: Path) -> None:
    """End this process as soon as the caller is gone, even during a render, and remove its files."""
    hangup = select.poll()
    hangup.register(descriptor, select.POLLRDHUP)
    while not hangup.poll(1000) and os.getppid() == caller:
        pass
    shutil.rmtree(home, ignore_errors=True)
    os._exit(0)
