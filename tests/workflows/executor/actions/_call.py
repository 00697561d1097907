"""Arguments of a fake action: inputs, permissions, directories and the state of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.workflows.executor.artifacts import Artifacts, Key
from tests.workflows.executor.documents import Workflow
from tests.workflows.executor.events import Event
from tests.workflows.executor.github_state import GitHubState
from tests.workflows.executor.permissions import Permissions
from tests.workflows.executor.problems import SilentMisconfiguration, StepFailed
from tests.workflows.executor.results import Run


@dataclass(slots=True, kw_only=True)
class Call:
    """One use of an action."""

    inputs: Mapping[str, str]
    github: GitHubState
    run: Run
    event: Event
    workflow: Workflow
    key: Key
    permissions: Permissions
    token: str
    workspace: Path
    tools: Path
    """Directory for tools that actions install in this job."""
    before: list[Key]
    """Jobs that always end before this one starts, and this one: only their artefacts are certain to exist."""
    github_context: Mapping[str, Any]
    log: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)

    @property
    def artifacts(self) -> Artifacts:
        """Return the artefacts of the run so far."""
        return self.run.artifacts

    def flag(self, name: str) -> bool:
        """Parse a boolean input.

        Raises:
            StepFailed: it is neither true nor false.
        """
        value = self.inputs.get(name, "")
        if value.lower() not in ("true", "false"):
            raise StepFailed(f"{name} is '{value}', neither true nor false")
        return value.lower() == "true"

    def require_permission(self, scope: str, level: str) -> None:
        """Check a permission of the token.

        Raises:
            StepFailed: the token does not have it.
        """
        if not self.permissions.allows(scope, level):
            raise StepFailed(f"Resource not accessible by integration: needs {scope}: {level}, has {self.permissions}")

    def path(self, text: str) -> Path:
        """Resolve a path relative to the workspace, as the action does."""
        return Path(text) if text.startswith("/") else self.workspace / text

    def note_misconfiguration(self, what: str) -> None:
        """Record a mistake that the real action accepts."""
        self.run.misconfigurations.append(SilentMisconfiguration(where=" / ".join(self.key), what=what))

    def comes_before(self, producer: Key) -> bool:
        """Return True if a job always ends before this one starts, or is this one."""
        return any(producer[: len(key)] == key for key in self.before)
