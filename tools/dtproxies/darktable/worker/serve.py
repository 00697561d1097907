"""Answer requests of the process that started this one, until it closes the line or dies.

The line is a socket that keeps messages apart; each message is JSON. Pixels go through memory shared by both:
first the input, then the output, each H x W x 4 or H x W x 1 float32, at whole pages.
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
"""Bytes of the longest message."""

PAGE = 4096


def image_bytes(height: int, width: int) -> int:
    """Bytes of shared memory for one image of four float32 channels, up to a whole page."""
    return -(-height * width * 16 // PAGE) * PAGE


def shared_image(memory: mmap.mmap, shape: Sequence[int], *, output: bool) -> NDArray[np.float32]:
    """The input or the output image in `memory`, of `shape` height, width and channels: 4, or 1 for a mosaic."""
    height, width, channels = shape
    start = image_bytes(height, width) if output else 0
    return np.frombuffer(memory, np.float32, height * width * channels, start).reshape(height, width, channels)


def serve(descriptor: int) -> None:
    """Set darktable up as the first message says and answer the others."""
    line = socket.socket(fileno=descriptor)
    task = json.loads(line.recv(MESSAGE_BYTES))
    home = Path(task["home"])
    watch = threading.Thread(target=_leave_with_caller, args=(line.fileno(), os.getppid(), home), daemon=True)
    watch.start()
    try:
        library = load(Path(task["library"]), task["version"], task["options"])
        session = LoadedImage(library, Path(task["library"]), Path(task["image"]), task["modules"])
        defaults = {name: session.defaults[name].hex() for name in task["modules"]}
        _answer(line, spaces=session.spaces, defaults=defaults)
    except (DarktableError, OSError, AttributeError, KeyError) as refused:
        _answer(line, error=str(refused))
        return
    memory = mmap.mmap(task["memory"], 2 * image_bytes(task["height"], task["width"]))
    size = (task["height"], task["width"])
    while message := line.recv(MESSAGE_BYTES):
        request = json.loads(message)
        pixels, out = (
            shared_image(memory, (*size, request[end]), output=end == "made") for end in ("channels", "made")
        )
        try:
            session.process(request["module"], bytes.fromhex(request["params"]), pixels, out)
        except DarktableError as refused:
            _answer(line, refused=str(refused))
        else:
            _answer(line)
    # One thread ends this process and removes its files; two would get into each other's way.
    watch.join()


def _answer(line: socket.socket, **content: Any) -> None:
    line.sendall(json.dumps(content).encode())


def _leave_with_caller(descriptor: int, caller: int, home: Path) -> None:
    """End this process, whatever it is computing, as soon as the caller is gone; leave no files."""
    gone = select.poll()
    gone.register(descriptor, select.POLLRDHUP)
    while not gone.poll(1000) and os.getppid() == caller:
        pass
    shutil.rmtree(home, ignore_errors=True)
    os._exit(0)
