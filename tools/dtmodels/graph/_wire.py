"""Messages between the validator and its worker: a JSON header, then the bytes of the arrays it describes.

Received bytes are never executed: a worker compromised by a malicious graph can send wrong values, but no code.
"""

from __future__ import annotations

import json
import math
import socket
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[np.generic]]
LENGTH = struct.Struct("<Q")
MAX_HEADER = 1 << 24


class TooLarge(EOFError):
    """A message has more bytes than the receiver allows; what follows on the socket is unusable."""


def send(wire: socket.socket, header: Mapping[str, Any], arrays: Arrays) -> None:
    """Send one message."""
    fields = [[name, str(array.dtype), list(array.shape)] for name, array in arrays.items()]
    text = json.dumps({**header, "arrays": fields}).encode()
    wire.sendall(LENGTH.pack(len(text)) + text)
    for array in arrays.values():
        if array.nbytes:
            wire.sendall(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def receive(wire: socket.socket, max_bytes: int | None = None) -> tuple[dict[str, Any], dict[str, NDArray[np.generic]]]:
    """Wait for one message.

    Args:
        wire: the socket.
        max_bytes: bytes that all arrays may have together; None for any number.

    Raises:
        TooLarge: the arrays have more bytes.
        EOFError: the peer process closed the socket, or sent a header above 16 MiB.
        TimeoutError: no message arrived within the socket's time limit.
    """
    (size,) = LENGTH.unpack(_receive_exactly(wire, LENGTH.size))
    if size > MAX_HEADER:
        raise EOFError("the message header is too large")
    header: dict[str, Any] = json.loads(_receive_exactly(wire, size))
    fields = [(name, np.dtype(dtype), shape) for name, dtype, shape in header.pop("arrays")]
    sizes = [kind.itemsize * math.prod(shape) for _, kind, shape in fields]
    if max_bytes is not None and sum(sizes) > max_bytes:
        what = (
            f"returns {sum(sizes) / (1 << 20):,.0f} MiB: no call of darktable takes more than {max_bytes >> 20:,} MiB"
        )
        raise TooLarge(what)
    arrays: dict[str, NDArray[np.generic]] = {}
    for (name, kind, shape), size in zip(fields, sizes, strict=True):
        arrays[name] = np.frombuffer(_receive_exactly(wire, size), dtype=kind).reshape(shape)
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
