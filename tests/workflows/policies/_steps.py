"""What steps do, for policies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tests.workflows.checkers._files import File

_MODEL_CODE = re.compile(
    r"\bdtmodels\b.* (run|convert|validate|demo|release|promote)\b|\bdtproxies (train|evaluate|draw)\b|\.ci/run\b"
)
"""Commands that execute code or graphs of a model, or code of a pull request."""


class Place(NamedTuple):
    """A job, as a place in messages."""

    file: File
    job_id: str
    job: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.file.name}: {self.job_id}"

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps of the job; none if it calls a workflow."""
        steps: list[dict[str, Any]] = self.job.get("steps", [])
        return steps

    @property
    def writes(self) -> set[str]:
        """The scopes that the job may write to."""
        granted = self.job.get("permissions", {})
        return (
            {scope for scope, level in granted.items() if level == "write"} if isinstance(granted, dict) else {granted}
        )


def jobs(files: Sequence[File]) -> Iterator[Place]:
    """Yield the jobs of all workflows."""
    for file in files:
        yield from (Place(file, name, job) for name, job in file.jobs.items())


def runs_model_code(step: dict[str, Any]) -> bool:
    """Whether a step executes code or graphs of a model."""
    return bool(_MODEL_CODE.search(step.get("run", "")))


def step_name(step: dict[str, Any]) -> str:
    """How a step is called in messages."""
    return str(step.get("name") or step.get("uses", "").partition("@")[0] or step.get("run", ""))
