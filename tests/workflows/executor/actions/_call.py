"""What an action is given when a step uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.workflows.executor.artifacts import Artifacts, Key
from tests.workflows.executor.documents import Workflow
from tests.workflows.executor.events import Event
from tests.workflows.executor.github_state import World
from tests.workflows.executor.permissions import Rights
from tests.workflows.executor.problems import SilentMisconfiguration, StepFailed
from tests.workflows.executor.results import Run


@dataclass(slots=True, kw_only=True)
class Call:
    """One use of an action."""

    inputs: Mapping[str, str]
    world: World
    run: Run
    event: Event
    workflow: Workflow
    key: Key
    rights: Rights
    token: str
    workspace: Path
    tools: Path
    """Where this job keeps what actions set up for it."""
    before: list[Key]
    """Jobs that surely ended before this one began, and this one: only their artefacts can be relied on."""
    github: Mapping[str, Any]
    log: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)

    @property
    def artifacts(self) -> Artifacts:
        """The artefacts of the run so far."""
        return self.run.artifacts

    def flag(self, name: str) -> bool:
        """An input that is true or false.

        Raises:
            StepFailed: it is neither.
        """
        value = self.inputs.get(name, "")
        if value.lower() not in ("true", "false"):
            raise StepFailed(f"{name} is '{value}', neither true nor false")
        return value.lower() == "true"

    def need(self, scope: str, level: str) -> None:
        """Ask for a right of the token.

        Raises:
            StepFailed: it does not have it.
        """
        if not self.rights.allows(scope, level):
            raise StepFailed(f"Resource not accessible by integration: needs {scope}: {level}, has {self.rights}")

    def path(self, text: str) -> Path:
        """A path as the action reads it, from the workspace."""
        return Path(text) if text.startswith("/") else self.workspace / text

    def slip(self, what: str) -> None:
        """Note a mistake that the real action lets pass."""
        self.run.slips.append(SilentMisconfiguration(where=" / ".join(self.key), what=what))

    def comes_before(self, producer: Key) -> bool:
        """Whether a job surely ended before this one began, or is this one."""
        return any(producer[: len(key)] == key for key in self.before)
