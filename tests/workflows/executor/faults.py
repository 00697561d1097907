"""Faults and other actions that a test injects into a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal


@dataclass(slots=True, kw_only=True)
class Fault:
    """A fault before or during a step.

    `fail`: the step fails without running. `cancel`: a user cancels the run before the step. `cancel-during`: a user
    cancels the run during the step, as soon as `when` returns True. `do`: `do` is called, then the step runs.
    """

    kind: Literal["fail", "cancel", "cancel-during", "do"]
    job: str
    """Pattern of the job's displayed name."""
    step: str
    """Pattern of the step's name. Naming it strikes where the scene means, not the job's first step."""
    when: Callable[[], bool] = field(default=lambda: True)
    do: Callable[[], object] = field(default=lambda: None)
    times: int = 1
    """Number of times it is applied; 0 for every time."""
    matched: int = 0

    def applies(self, job: str, step: str) -> bool:
        """Return True if the fault applies to this step now."""
        if not fnmatchcase(job, self.job) or not fnmatchcase(step, self.step):
            return False
        self.matched += 1
        return not self.times or self.matched <= self.times
