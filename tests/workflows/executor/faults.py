"""What a test lets go wrong, or happen, in the middle of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal


@dataclass(slots=True, kw_only=True)
class Fault:
    """Something that happens when a step is about to run.

    `fail` lets the step fail without running it; `cancel` is a person who cancels the run; `cancel-during` cancels it
    while the step runs, as soon as `when` says so; `do` does something in the world and lets the step run.
    """

    kind: Literal["fail", "cancel", "cancel-during", "do"]
    job: str
    """Pattern of the job's shown name."""
    step: str = "*"
    """Pattern of the step's name."""
    when: Callable[[], bool] = field(default=lambda: True)
    do: Callable[[], object] = field(default=lambda: None)
    times: int = 1
    """How often it happens; 0 for every time."""
    happened: int = 0

    def strikes(self, job: str, step: str) -> bool:
        """Whether it happens now."""
        if not fnmatchcase(job, self.job) or not fnmatchcase(step, self.step):
            return False
        self.happened += 1
        return not self.times or self.happened <= self.times
