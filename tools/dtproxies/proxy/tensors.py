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
"""Size in bytes of the length field before the header; spaces pad the header to a multiple of it."""


def write_tensors(path: Path, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
    """Write `tensors` as float32, atomically.

    The safetensors library writes metadata in random order; here the header is sorted.
    """
    arrays = {name: np.asarray(values, np.float32, order="C") for name, values in tensors.items()}
    raw = save(arrays, dict(metadata))
    start = LENGTH + int.from_bytes(raw[:LENGTH], "little")
    header = json.dumps(json.loads(raw[LENGTH:start]), sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % LENGTH)
    write_bytes(path, len(header).to_bytes(LENGTH, "little") + header + raw[start:])
