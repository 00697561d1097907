"""Results of a run, for assertions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.workflows.executor.artifacts import Artifacts, Key
from tests.workflows.executor.events import Event
from tests.workflows.executor.log_commands import Annotation
from tests.workflows.executor.permissions import Permissions
from tests.workflows.executor.problems import SilentMisconfiguration

Result = Literal["success", "failure", "cancelled", "skipped"]


@dataclass(slots=True, kw_only=True)
class StepResult:
    """One step that ran or was skipped."""

    name: str
    id: str
    outcome: Result
    """Result of the step itself."""
    conclusion: Result
    """Result for the job: `continue-on-error` turns a failure into a success."""
    log: str = ""
    """Output without commands, with secrets redacted."""
    annotations: list[Annotation] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    """Names of executed commands in its output."""
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    error: str = ""
    """Reason for a failure."""
    seconds: float = 0.0
    cpu_s: float = 0.0
    """CPU seconds of its processes; for a composite action, of all its steps."""


@dataclass(slots=True, kw_only=True)
class JobResult:
    """One job, or one job of a matrix."""

    key: Key
    name: str
    """Displayed name: `Build / Models 1`."""
    result: Result
    permissions: Permissions
    steps: list[StepResult] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    environment: str = ""
    error: str = ""

    def step(self, name: str) -> StepResult:
        """Find a step by name or id."""
        return next(step for step in self.steps if name in (step.name, step.id))


@dataclass(slots=True, kw_only=True)
class Run:
    """One run of a workflow, from its event to its conclusion."""

    workflow: str
    event: Event
    id: int
    attempt: int = 1
    jobs: list[JobResult] = field(default_factory=list)
    """Jobs in the order of their ends, including skipped ones, without callers of reusable workflows."""
    results: dict[Key, tuple[Result, dict[str, str]]] = field(default_factory=dict)
    """Result and outputs of every job, including callers and whole matrices."""
    definitions: dict[Key, str] = field(default_factory=dict)
    """Definition of each job, for comparison with another run."""
    misconfigurations: list[SilentMisconfiguration] = field(default_factory=list)
    rejection: str = ""
    """Reason why GitHub would not start the run."""
    cancelled: bool = False
    directory: Path
    artifacts: Artifacts
    """Artefacts of all attempts."""

    @property
    def conclusion(self) -> Result:
        """Return the conclusion, as displayed with the title of the run."""
        results = {job.result for job in self.jobs}
        if self.rejection or "failure" in results:
            return "failure"
        if self.cancelled or "cancelled" in results:
            return "cancelled"
        return "success"

    def job(self, name: str) -> JobResult:
        """Find a job by its displayed name."""
        matching = [job for job in self.jobs if job.name == name]
        if not matching:
            raise KeyError(f"no job '{name}' among {', '.join(job.name for job in self.jobs)}")
        return matching[-1]

    def result(self, *key: str) -> Result:
        """Return the result of a job by its id; a whole matrix has one result."""
        return self.results[key][0]

    def steps(self) -> Iterator[tuple[JobResult, StepResult]]:
        """Iterate over all steps in order of execution."""
        return ((job, step) for job in self.jobs for step in job.steps)

    def annotations(self) -> list[Annotation]:
        """List all annotations of the run."""
        return [annotation for _, step in self.steps() for annotation in step.annotations]

    def summary(self) -> str:
        """Return the summary page of the run, written by all steps."""
        return "\n".join(step.summary for _, step in self.steps() if step.summary)

    def log(self) -> str:
        """Return the output of all steps."""
        return "\n".join(step.log for _, step in self.steps())

    def describe(self) -> str:
        """Describe the run in a few lines, for a failed assertion."""
        lines = [f"{self.workflow} on {self.event.name}: {self.conclusion} {self.rejection}"]
        for job in self.jobs:
            lines.append(f"  {job.result:9} {job.name} {job.error}")
            for step in job.steps:
                seconds = f"({step.seconds:.2f} s, {step.cpu_s:.2f} CPU s)"
                lines.append(f"    {step.outcome:9} {step.name} {seconds} {step.error}")
                if step.outcome == "failure":
                    lines.extend(f"      | {line}" for line in step.log.splitlines()[-25:])
        return "\n".join(
            [*lines, *(f"  misconfiguration: {misconfiguration}" for misconfiguration in self.misconfigurations)]
        )
