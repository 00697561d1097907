"""Numbers of ICC profiles, and the failure that all of their readers raise."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray


class UnsupportedProfile(Exception):
    """A profile cannot be honoured; the text continues "the colour profile …"."""


def fixed_numbers(data: bytes, start: int, count: int) -> NDArray[np.float64]:
    """Read `count` s15Fixed16 numbers."""
    return np.array(struct.unpack_from(f">{count}i", data, start), np.float64) / 65536


def stored_integers(data: bytes, start: int, count: int, width: int) -> NDArray[np.float64]:
    """Read `count` unsigned integers of `width` bytes, scaled to 0 to 1.

    Raises:
        ValueError: there are fewer.
    """
    stored = np.frombuffer(data, f">u{width}", count, start)
    return np.asarray(stored / (256**width - 1), np.float64)
