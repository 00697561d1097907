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

    def strikes(self, job: str, step: str) -> bool:
        """Whether it happens now; each fault happens so many times."""
        if self.times and fnmatchcase(job, self.job) and fnmatchcase(step, self.step):
            self.times -= 1
            return True
        return False
