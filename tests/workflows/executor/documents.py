"""Workflows and actions as plain data, after GitHub's parser has accepted them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.workflows.executor.evaluator import Evaluator
from tests.workflows.executor.permissions import Permissions
from tests.workflows.executor.problems import NotImplementedHere, WorkflowRejected

UNIMPLEMENTED = {"container", "services", "snapshot"}
"""Keys of a job that need a runner of GitHub."""

REMOTE_CALL = re.compile(r"uses: +([\w.-]+/[\w.-]+)/\.github/workflows/[^@\s]+@([0-9a-f]{40})\b")
"""A workflow of another repository, at a commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Location of a workflow or an action: `./…` and `$/…` in it refer to this commit."""

    repository: str
    sha: str
    directory: Path
    """A read-only checkout of that commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """One workflow file."""

    path: str
    source: Source
    document: Mapping[str, Any]
    jobs: tuple[Job, ...]

    @property
    def triggers(self) -> Mapping[str, Any]:
        """Return the events with their filters, in the long form."""
        on = self.document["on"]
        if isinstance(on, str):
            return {on: {}}
        return {name: {} for name in on} if isinstance(on, list) else {name: value or {} for name, value in on.items()}

    @property
    def name(self) -> str:
        """Return the name that GitHub displays: by default the path."""
        return str(self.document.get("name", self.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job of a workflow; `document` is evaluated when the job runs."""

    id: str
    needs: tuple[str, ...]
    permissions: Permissions | None
    """Declared permissions of the job or the workflow; None if neither declares any."""
    document: Mapping[str, Any]

    @property
    def calls(self) -> str:
        """Return the reusable workflow that it calls; empty if it calls none."""
        return str(self.document.get("uses", ""))


def load_workflow(
    evaluator: Evaluator, source: Source, path: str, find: Callable[[str, str], Source] | None = None
) -> Workflow:
    """Parse a workflow with GitHub's parser.

    Args:
        evaluator: process with the parser.
        source: commit of the workflow.
        path: its file in that commit.
        find: returns the commit of another repository whose workflow it calls.

    Raises:
        WorkflowRejected: GitHub would reject it.
        NotImplementedHere: the executor cannot run it.
    """
    file = source.directory / path
    if not file.is_file():
        raise WorkflowRejected(f"{path} is not in {source.repository} at {source.sha}")
    text = file.read_text(encoding="utf-8")
    called = set(REMOTE_CALL.findall(text)) if find else set()
    elsewhere = {f"{name}@{sha}": find(name, sha).directory for name, sha in called} if find else {}
    document = evaluator.workflow(text, name=path, root=source.directory, elsewhere=elsewhere)
    return Workflow(
        path=path,
        source=source,
        document=document,
        jobs=tuple(_job(name, job, document.get("permissions")) for name, job in document["jobs"].items()),
    )


def _job(name: str, document: Mapping[str, Any], above: Any) -> Job:
    if unknown := UNIMPLEMENTED & set(document):
        raise NotImplementedHere(f"job {name} has {', '.join(sorted(unknown))}")
    declared = document.get("permissions", above)
    needs = document.get("needs", [])
    return Job(
        id=name,
        needs=(needs,) if isinstance(needs, str) else tuple(needs),
        permissions=None if declared is None else Permissions.of(declared),
        document=document,
    )
