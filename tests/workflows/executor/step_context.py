"""Where a list of steps runs, a job or a composite action within one: what they share, what each has of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.workflows.executor.artifacts import Key
from tests.workflows.executor.contexts import is_slip
from tests.workflows.executor.documents import Source, Workflow
from tests.workflows.executor.evaluator import Scope, Status
from tests.workflows.executor.faults import Fault
from tests.workflows.executor.github_state import World
from tests.workflows.executor.problems import SilentMisconfiguration
from tests.workflows.executor.results import JobResult, Run, StepResult

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(slots=True, kw_only=True)
class Machine:
    """The runner of one job: its directories, and what its steps changed for the steps that follow."""

    world: World
    run: Run
    workflow: Workflow
    """The file that holds the job: of the run, or called by it."""
    job: JobResult
    directory: Path
    token: str
    before: list[Key]
    faults: Sequence[Fault]
    deadline: float
    """By the monotonic clock, in seconds."""
    timeout_minutes: float
    paths: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    """From GITHUB_ENV."""
    masks: list[str] = field(default_factory=list)
    steps: int = 0
    cancelled: bool = False
    """Whether the run was cancelled while this job ran; a job that starts later, by `always()`, is whole."""

    @property
    def workspace(self) -> Path:
        """Where the repository is checked out, `GITHUB_WORKSPACE`."""
        name = self.world.repository.rpartition("/")[2]
        return self.directory / "work" / name / name

    def path(self) -> str:
        """The `PATH` of the next step."""
        return os.pathsep.join([str(self.world.directory / "programs"), *reversed(self.paths), SYSTEM_PATH])

    def blot(self, text: str) -> str:
        """The text without secrets."""
        for mask in sorted({mask for mask in self.masks if mask}, key=len, reverse=True):
            text = text.replace(mask, "***")
        return text

    def cancel(self) -> None:
        """Let somebody cancel the run."""
        self.cancelled = self.run.cancelled = True

    def slip(self, where: str, what: str) -> None:
        """Note what GitHub would let pass."""
        slip = SilentMisconfiguration(where=f"{self.job.name} / {where}", what=what)
        if slip not in self.run.slips:
            self.run.slips.append(slip)


@dataclass(slots=True, kw_only=True)
class Frame:
    """A list of steps and what its expressions see."""

    machine: Machine
    steps: Sequence[Mapping[str, Any]]
    contexts: dict[str, Any]
    env: dict[str, str]
    """Of the workflow and the job; for a composite action also of the step that uses it."""
    source: Source
    """Whose `$/…` is meant."""
    known_inputs: set[str]
    shell: str = ""
    """What `defaults:` says."""
    directory: str = ""
    path: str = ""
    """Names of the steps around, for the story of the run."""
    failed: bool = False
    done: dict[str, StepResult] = field(default_factory=dict)
    action_path: Path | None = None

    def scope(self, env: Mapping[str, str] | None = None) -> Scope:
        """What an expression sees at this moment."""
        steps = {
            name: {"outputs": step.outputs, "outcome": step.outcome, "conclusion": step.conclusion}
            for name, step in self.done.items()
        }
        cancelled = self.machine.cancelled
        job = {"status": "cancelled" if cancelled else "failure" if self.failed else "success"}
        return Scope(
            contexts={
                **self.contexts,
                "steps": steps,
                "job": job,
                "env": {**self.env, **self.machine.env, **(env or {})},
            },
            status=Status(success=not self.failed and not cancelled, failure=self.failed, cancelled=cancelled),
        )

    def note_missing(self, scope: Scope, where: str) -> None:
        """Turn values that were asked for in vain into slips, where they are mistakes."""
        outcomes: dict[str, str] = {step["id"]: "not run" for step in self.steps if "id" in step}
        outcomes |= {name: step.outcome for name, step in self.done.items()}
        for name in sorted(scope.missing):
            if is_slip(name, scope.contexts, inputs=self.known_inputs, steps=outcomes):
                self.machine.slip(where, f"nothing sets {name}")
        scope.missing.clear()
