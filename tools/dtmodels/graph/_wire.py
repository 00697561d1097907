"""Messages between the validator and its worker: a JSON header, then the bytes of the arrays it describes.

Nothing that comes over the wire is executed: a worker that a graph has taken over can send wrong numbers, no code.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[np.generic]]
LENGTH = struct.Struct("<Q")
MAX_HEADER = 1 << 24


def send(wire: socket.socket, header: Mapping[str, Any], arrays: Arrays) -> None:
    """Send one message."""
    described = [[name, str(array.dtype), list(array.shape)] for name, array in arrays.items()]
    text = json.dumps({**header, "arrays": described}).encode()
    wire.sendall(LENGTH.pack(len(text)) + text)
    for array in arrays.values():
        if array.nbytes:
            wire.sendall(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def receive(wire: socket.socket) -> tuple[dict[str, Any], dict[str, NDArray[np.generic]]]:
    """Wait for one message.

    Raises:
        EOFError: the other side is gone.
        TimeoutError: it took longer than the socket's time limit.
    """
    (size,) = LENGTH.unpack(_exactly(wire, LENGTH.size))
    if size > MAX_HEADER:
        raise EOFError("nonsense on the wire")
    header: dict[str, Any] = json.loads(_exactly(wire, size))
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, dtype, shape in header.pop("arrays"):
        kind = np.dtype(dtype)
        data = _exactly(wire, kind.itemsize * int(np.prod(shape, dtype=np.int64)))
        arrays[name] = np.frombuffer(data, dtype=kind).reshape(shape)
    return header, arrays


def _exactly(wire: socket.socket, size: int) -> bytearray:
    data = bytearray(size)
    view, done = memoryview(data), 0
    while done < size:
        count = wire.recv_into(view[done:])
        if not count:
            raise EOFError("the other side is gone")
        done += count
    return data
