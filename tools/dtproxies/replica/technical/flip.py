"""flip: the orientation of the image, as a permutation of its pixels that darktable shows for this file."""

from __future__ import annotations

from dtproxies.replica.technical._gather import measured_gather
from dtproxies.replica.technical._place import Function, Place


def build(place: Place) -> Function:
    """Measure where each pixel comes from."""
    return measured_gather(place)
