"""Messages between the validator and its worker: a JSON header, then the bytes of the arrays it describes.

Received bytes are never executed: a worker compromised by a malicious graph can send wrong values, but no code.
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
    fields = [[name, str(array.dtype), list(array.shape)] for name, array in arrays.items()]
    text = json.dumps({**header, "arrays": fields}).encode()
    wire.sendall(LENGTH.pack(len(text)) + text)
    for array in arrays.values():
        if array.nbytes:
            wire.sendall(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def receive(wire: socket.socket) -> tuple[dict[str, Any], dict[str, NDArray[np.generic]]]:
    """Wait for one message.

    Raises:
        EOFError: the peer process closed the socket, or sent a header above 16 MiB.
        TimeoutError: no message arrived within the socket's time limit.
    """
    (size,) = LENGTH.unpack(_receive_exactly(wire, LENGTH.size))
    if size > MAX_HEADER:
        raise EOFError("the message header is too large")
    header: dict[str, Any] = json.loads(_receive_exactly(wire, size))
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, dtype, shape in header.pop("arrays"):
        kind = np.dtype(dtype)
        data = _receive_exactly(wire, kind.itemsize * int(np.prod(shape, dtype=np.int64)))
        arrays[name] = np.frombuffer(data, dtype=kind).reshape(shape)
    return header, arrays


def _receive_exactly(wire: socket.socket, size: int) -> bytearray:
    data = bytearray(size)
    view, done = memoryview(data), 0
    while done < size:
        count = wire.recv_into(view[done:])
        if not count:
            raise EOFError("the peer process closed the socket")
        done += count
    return data
