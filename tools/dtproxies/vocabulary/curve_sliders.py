"""Sliders of modules with curves: the nodes, their number and their interpolation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from dtproxies.vocabulary.module import Slider, choice

ACROSS, ALONG = 0.02, 0.08
"""Distance of sampled nodes from an even spacing, in x and in y; neighbours in x keep their order."""


def node_sliders(curve: str, nodes: int) -> Iterator[Slider]:
    """Yield x and y of each node of an array of structs, near the straight line."""
    for node in range(nodes):
        line = node / (nodes - 1)
        for axis, width in (("x", ACROSS), ("y", ALONG)):
            low, high = max(0.0, line - width), min(1.0, line + width)
            yield Slider(name=f"{curve}[{node}].{axis}", low=low, high=high, default=line, unit="1")


def node_count(name: str, nodes: int) -> Slider:
    """Return the number of nodes that a curve uses."""
    return Slider(name=name, low=2, high=nodes, default=nodes, unit="nodes", integer=True)


def interpolation(name: str) -> Slider:
    """Return the interpolation between nodes."""
    return choice(name, 2, cubic=0, catmull_rom=1, monotone=2)


def can_be_drawn(nodes: Sequence[float], count: float) -> bool:
    """Return whether x rises from node to node, and x and y are inside 0..1.

    Curves with half of their nodes or fewer are left out: sampled nodes would end far below 1, and what follows the
    last one is almost all of the curve.

    Args:
        nodes: x and y of each node in turn.
        count: number of nodes that the curve uses.
    """
    used = nodes[: 2 * round(count)]
    inside = all(0 <= value <= 1 for value in used)
    return inside and len(nodes) / 4 < count <= len(nodes) / 2 and all(a < b for a, b in pairwise(used[::2]))
