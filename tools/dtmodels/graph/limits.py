"""Limits of time and memory for a graph: what its size explains, and a margin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from numpy.typing import NDArray

CALL_SECONDS = 60.0
"""Time that every call may take, beyond what the size of the graph explains."""
OPENED_BYTES_PER_SECOND = 10e6
"""Weights that any machine reads and optimises in a second."""
PRODUCTS_PER_SECOND = 4e9
"""Multiplications of a convolution that two slow and busy cores do in a second."""
MAX_EXPLAINED = 840.0
"""Longest time that any size explains, in seconds; the largest network of the collection takes tens of seconds."""
BYTES_PER_WEIGHT = 2
"""Bytes of the smallest stored weight, float16."""
MEMORY = 7 << 30
"""Bytes that the worker process may allocate; darktable's own models have to fit a GPU of 4 GB."""
MAX_OUTPUT = 1 << 30
"""Bytes that one call may return; the largest output of darktable's tasks has some tens of megabytes."""
OUT_OF_MEMORY = ("Failed to allocate memory", "bad allocation", "bad_alloc", "Unable to allocate", "MemoryError")
"""Parts of the messages of ONNX Runtime and NumPy when memory ends."""


def opening_seconds(size: int, base: float = CALL_SECONDS) -> float:
    """Time limit to open a graph of `size` bytes, in seconds."""
    return base + min(size / OPENED_BYTES_PER_SECOND, MAX_EXPLAINED)


def call_seconds(size: int, inputs: Iterable[NDArray[Any]], base: float = CALL_SECONDS) -> float:
    """Time limit of one call of a graph of `size` bytes, in seconds.

    A convolution multiplies each weight with each pixel at most, so weights times pixels explain the time.
    """
    pixels = max((array[0, 0].size if array.ndim > 2 else array.size for array in inputs if array.size), default=1)
    return base + min(size / BYTES_PER_WEIGHT * pixels / PRODUCTS_PER_SECOND, MAX_EXPLAINED)


def ran_out_of_memory(message: str) -> bool:
    """True if an error of ONNX Runtime or NumPy says that memory ended."""
    return any(part in message for part in OUT_OF_MEMORY)
