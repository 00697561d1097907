"""darktable's order of optimisation levels: a graph that ONNX Runtime refuses at one level is tried at lower ones.

Source: `dt_ai_onnx_load_ext` in darktable's `src/ai/backend_onnx.c`, the same in 5.6 and on master in November 2026. On
the CPU, darktable skips attempts that do not lower the level, and tries "basic" twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["all", "basic", "none"]
"""ONNX Runtime's ORT_ENABLE_ALL, ORT_ENABLE_BASIC and ORT_DISABLE_ALL."""
HEIGHT: dict[Level, int] = {"none": 0, "basic": 1, "all": 99}
"""ONNX Runtime's own numbers, by which darktable compares levels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to open a graph after the first has failed."""

    level: Level
    name: str
    """darktable's name for it, in its log."""


RETRIES = (
    Attempt(level="basic", name="provider + basic opt"),
    Attempt(level="basic", name="CPU + basic opt"),
    Attempt(level="none", name="CPU + no opt"),
)


def retries(first: Level) -> tuple[Attempt, ...]:
    """Attempts that darktable makes after it failed at the level `first`, in order."""
    return tuple(attempt for attempt in RETRIES if HEIGHT[attempt.level] < HEIGHT[first])


@dataclass(frozen=True, slots=True)
class Opening:
    """How a graph was opened: the level it was asked for, the one that worked, and the messages before it."""

    first: Level
    level: Level
    failures: tuple[str, ...]
    """ONNX Runtime's message for each failed attempt."""
    runtime: str
    """Version of ONNX Runtime."""

    @property
    def lowered(self) -> bool:
        """True if ONNX Runtime refused the graph at the level that darktable tries first."""
        return bool(self.failures)

    def log_line(self) -> str:
        """The line that darktable writes about the first failure, with `-d ai`."""
        return f"[darktable_ai] session failed: {self.failures[0]} - retrying with {retries(self.first)[0].name}"
