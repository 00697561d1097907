"""Failures of a graph in ONNX Runtime, by what darktable does then."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dtbase.system.errors import Failure
from dtmodels.graph.optimisation import Level

STATUS = re.compile(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ")
"""What Python's ONNX Runtime writes before the message that C code gets."""


class GraphFailure(Failure):
    """ONNX Runtime fails to load or run a graph: darktable reports an error."""


class GraphRefused(GraphFailure):
    """ONNX Runtime refuses a graph at every optimisation level that darktable tries."""

    def __init__(self, what: str, *, where: str, attempts: int, levels: Sequence[Level]) -> None:
        super().__init__(what, where=where)
        self.attempts = attempts
        self.levels = tuple(levels)


class GraphCrash(GraphFailure):
    """ONNX Runtime crashes, and darktable with it."""


class LimitReached(GraphFailure):
    """A graph takes more time or memory than its size explains: darktable hangs, or runs out of memory."""


def without_status(message: str) -> str:
    """A message of ONNX Runtime in one line, as C code gets it."""
    return STATUS.sub("", " ".join(message.split()))


def remedy(message: str) -> str:
    """What to change in a graph that ONNX Runtime refuses with this message."""
    if "(double)" in message:
        return "compute in float32: many operators, and those that optimisation makes of several, lack float64"
    if any(part in message for part in ("No Op registered", "Could not find an implementation", "find kernel")):
        return "export with operators, types and versions of operators that ONNX Runtime's CPU provider implements"
    if "model_path" in message or "external" in message.lower():
        return "save it as a single file"
    return "correct the node that the message names, or export the graph again"
