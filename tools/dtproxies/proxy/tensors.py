"""Write reproducible safetensors: equal tensors and metadata give equal bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from dtbase.system.files import write_bytes

LENGTH = 8
"""Bytes of the length that stands before the header; the header is filled up with spaces to a multiple of it."""


def write_tensors(path: Path, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
    """Write `tensors` as float32, atomically.

    The library puts metadata in another order each time it runs; here the header is sorted.
    """
    plain = {name: np.asarray(values, np.float32, order="C") for name, values in tensors.items()}
    raw = save(plain, dict(metadata))
    start = LENGTH + int.from_bytes(raw[:LENGTH], "little")
    header = json.dumps(json.loads(raw[LENGTH:start]), sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % LENGTH)
    write_bytes(path, len(header).to_bytes(LENGTH, "little") + header + raw[start:])
