"""What a run leaves behind, as data to make assertions about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.workflows.executor.artifacts import Artifacts, Key
from tests.workflows.executor.events import Event
from tests.workflows.executor.log_commands import Annotation
from tests.workflows.executor.permissions import Rights
from tests.workflows.executor.problems import SilentMisconfiguration

Result = Literal["success", "failure", "cancelled", "skipped"]


@dataclass(slots=True, kw_only=True)
class StepResult:
    """One step that ran, or was passed over."""

    name: str
    id: str
    outcome: Result
    """What came of it."""
    conclusion: Result
    """What counts: `continue-on-error` turns a failure into a success."""
    log: str = ""
    """Its output with secrets blotted out, and the lines that were commands taken away."""
    annotations: list[Annotation] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    """Names of the commands in its output that were obeyed."""
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    error: str = ""
    """Why it failed, in a sentence."""
    seconds: float = 0.0
    cpu_s: float = 0.0
    """Of the processes it started; for an action of several steps, of all of them."""


@dataclass(slots=True, kw_only=True)
class JobResult:
    """One job; of a matrix, one leg."""

    key: Key
    name: str
    """As the page of the run shows it: `Build / Models 1`."""
    result: Result
    rights: Rights
    steps: list[StepResult] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    environment: str = ""
    error: str = ""

    def step(self, name: str) -> StepResult:
        """The step of this name or id."""
        return next(step for step in self.steps if name in (step.name, step.id))


@dataclass(slots=True, kw_only=True)
class Run:
    """One run of a workflow, from an event to its verdict."""

    workflow: str
    event: Event
    id: int
    attempt: int = 1
    jobs: list[JobResult] = field(default_factory=list)
    """In the order they ended; skipped ones included, callers of reusable workflows not."""
    results: dict[Key, tuple[Result, dict[str, str]]] = field(default_factory=dict)
    """Result and outputs of every job, callers and whole matrices included."""
    definitions: dict[Key, str] = field(default_factory=dict)
    """What each job was made of, to tell whether it is the same in another run."""
    slips: list[SilentMisconfiguration] = field(default_factory=list)
    refused: str = ""
    """Why GitHub would not even start it."""
    cancelled: bool = False
    directory: Path
    artifacts: Artifacts
    """Of all attempts."""

    @property
    def conclusion(self) -> Result:
        """The verdict: what the page of the run shows beside its title."""
        found = {job.result for job in self.jobs}
        if self.refused or "failure" in found:
            return "failure"
        if self.cancelled or "cancelled" in found:
            return "cancelled"
        return "success"

    def job(self, name: str) -> JobResult:
        """The job of this name, as shown on the page of the run."""
        found = [job for job in self.jobs if job.name == name]
        if not found:
            raise KeyError(f"no job '{name}' among {', '.join(job.name for job in self.jobs)}")
        return found[-1]

    def result(self, *key: str) -> Result:
        """What came of a job of the workflow file, by its id; a whole matrix counts as one."""
        return self.results[key][0]

    def steps(self) -> Iterator[tuple[JobResult, StepResult]]:
        """Every step in the order of running."""
        return ((job, step) for job in self.jobs for step in job.steps)

    def annotations(self) -> list[Annotation]:
        """All annotations of the run."""
        return [annotation for _, step in self.steps() for annotation in step.annotations]

    def summary(self) -> str:
        """The page of the run below the jobs: what all steps wrote."""
        return "\n".join(step.summary for _, step in self.steps() if step.summary)

    def log(self) -> str:
        """What all steps printed."""
        return "\n".join(step.log for _, step in self.steps())

    def story(self) -> str:
        """The run on a few lines, for a failed assertion."""
        lines = [f"{self.workflow} on {self.event.name}: {self.conclusion} {self.refused}"]
        for job in self.jobs:
            lines.append(f"  {job.result:9} {job.name} {job.error}")
            for step in job.steps:
                seconds = f"({step.seconds:.2f} s, {step.cpu_s:.2f} of processors)"
                lines.append(f"    {step.outcome:9} {step.name} {seconds} {step.error}")
                if step.outcome == "failure":
                    lines.extend(f"      | {line}" for line in step.log.splitlines()[-25:])
        return "\n".join([*lines, *(f"  slip: {slip}" for slip in self.slips)])
