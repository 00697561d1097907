"""State of the steps of a job or a composite action: the runner that they share, and their own context."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.workflows.executor.artifacts import Key
from tests.workflows.executor.contexts import is_misconfiguration
from tests.workflows.executor.documents import Source, Workflow
from tests.workflows.executor.evaluator import Scope, Status
from tests.workflows.executor.faults import Fault
from tests.workflows.executor.github_state import GitHubState
from tests.workflows.executor.problems import SilentMisconfiguration
from tests.workflows.executor.results import JobResult, Run, StepResult

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(slots=True, kw_only=True)
class Runner:
    """The runner of one job: its directories, and changes by its steps for later steps."""

    github: GitHubState
    run: Run
    workflow: Workflow
    """File that contains the job: of the run, or called by it."""
    job: JobResult
    directory: Path
    token: str
    before: list[Key]
    faults: Sequence[Fault]
    deadline: float
    """Time of the monotonic clock, in seconds."""
    timeout_minutes: float
    paths: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    """Variables from GITHUB_ENV."""
    masks: list[str] = field(default_factory=list)
    steps: int = 0
    cancelled: bool = False
    """True if the run was cancelled while this job ran; a job that starts later, by `always()`, is not cancelled."""

    @property
    def workspace(self) -> Path:
        """Return the directory for checkouts, `GITHUB_WORKSPACE`."""
        name = self.github.repository.rpartition("/")[2]
        return self.directory / "work" / name / name

    def path(self) -> str:
        """Return the `PATH` of the next step."""
        return os.pathsep.join([str(self.github.directory / "programs"), *reversed(self.paths), SYSTEM_PATH])

    def redact(self, text: str) -> str:
        """Replace secrets in a text."""
        for mask in sorted({mask for mask in self.masks if mask}, key=len, reverse=True):
            text = text.replace(mask, "***")
        return text

    def cancel(self) -> None:
        """Cancel the run, as a user does."""
        self.cancelled = self.run.cancelled = True

    def note_misconfiguration(self, where: str, what: str) -> None:
        """Record a mistake that GitHub accepts."""
        misconfiguration = SilentMisconfiguration(where=f"{self.job.name} / {where}", what=what)
        if misconfiguration not in self.run.misconfigurations:
            self.run.misconfigurations.append(misconfiguration)


@dataclass(slots=True, kw_only=True)
class StepContext:
    """A list of steps with the contexts of its expressions."""

    runner: Runner
    steps: Sequence[Mapping[str, Any]]
    contexts: dict[str, Any]
    env: dict[str, str]
    """Variables of the workflow and the job; for a composite action also of the calling step."""
    source: Source
    """Commit that `$/…` refers to."""
    known_inputs: set[str]
    shell: str = ""
    """Shell in `defaults:`."""
    directory: str = ""
    path: str = ""
    """Names of the calling steps, for descriptions of the run."""
    failed: bool = False
    finished: dict[str, StepResult] = field(default_factory=dict)
    action_path: Path | None = None

    def scope(self, env: Mapping[str, str] | None = None) -> Scope:
        """Return the current environment of an expression."""
        steps = {
            name: {"outputs": step.outputs, "outcome": step.outcome, "conclusion": step.conclusion}
            for name, step in self.finished.items()
        }
        cancelled = self.runner.cancelled
        job = {"status": "cancelled" if cancelled else "failure" if self.failed else "success"}
        return Scope(
            contexts={
                **self.contexts,
                "steps": steps,
                "job": job,
                "env": {**self.env, **self.runner.env, **(env or {})},
            },
            status=Status(success=not self.failed and not cancelled, failure=self.failed, cancelled=cancelled),
        )

    def note_missing(self, scope: Scope, where: str) -> None:
        """Record missing values as misconfigurations, if they are mistakes."""
        outcomes: dict[str, str] = {step["id"]: "not run" for step in self.steps if "id" in step}
        outcomes |= {name: step.outcome for name, step in self.finished.items()}
        for name in sorted(scope.missing):
            if is_misconfiguration(name, scope.contexts, inputs=self.known_inputs, steps=outcomes):
                self.runner.note_misconfiguration(where, f"nothing sets {name}")
        scope.missing.clear()
