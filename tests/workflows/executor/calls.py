"""Calls of reusable workflows: resolution, inputs and secrets, and permissions within those of the caller."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.workflows.executor.documents import Job, Source, Workflow, load_workflow
from tests.workflows.executor.github_state import GitHubState
from tests.workflows.executor.permissions import Permissions
from tests.workflows.executor.problems import StepFailed, WorkflowRejected

MOST_NESTED_CALLS = 10
"""Largest depth of workflows that call workflows, including the first."""
REMOTE = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)/(?P<path>[^@]*)@(?P<ref>.+)")
TYPES: dict[str, type | tuple[type, ...]] = {"string": str, "boolean": bool, "number": (int, float)}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReference:
    """File that a `uses:` refers to: of the same commit, or of another repository at a commit."""

    source: Source
    path: str


def resolve(github: GitHubState, uses: str, source: Source) -> FileReference:
    """Resolve a `uses:` that is not a marketplace action to a file or directory.

    Raises:
        WorkflowRejected: the repository or the commit does not exist, or the reference is not pinned to a commit.
    """
    if uses.startswith(("./", "$/")):
        return FileReference(source=source, path=uses[2:])
    match = REMOTE.fullmatch(uses)
    if match is None:
        raise WorkflowRejected(f"'{uses}' is not a workflow or action at a commit")
    if not re.fullmatch("[0-9a-f]{40}", match["ref"]):
        raise WorkflowRejected(f"'{uses}' is not pinned to a commit")
    return FileReference(source=github.source(match["repository"], match["ref"]), path=match["path"])


def load_called_workflow(github: GitHubState, job: Job, source: Source) -> Workflow:
    """Load the workflow that a job calls."""
    reference = resolve(github, job.calls, source)
    workflow = load_workflow(github.evaluator, reference.source, reference.path, github.source)
    if "workflow_call" not in workflow.triggers:
        raise WorkflowRejected(f"{reference.path} has no workflow_call")
    return workflow


def check(github: GitHubState, workflow: Workflow, ceiling: Permissions, *, depth: int = 1, path: str = "") -> None:
    """Check a workflow, and all workflows that it calls, as GitHub does before a run.

    Raises:
        WorkflowRejected: more permissions than the caller has, wrong inputs, inherited secrets, or too deep calls.
    """
    if depth > MOST_NESTED_CALLS:
        raise WorkflowRejected(f"{path}: workflows call each other more than {MOST_NESTED_CALLS} deep")
    for job in workflow.jobs:
        name = f"{path}{job.id}"
        permissions = ceiling if job.permissions is None else job.permissions
        if depth > 1 and (exceeding := permissions.exceeding(ceiling)):
            raise WorkflowRejected(f"The nested job '{name}' is requesting {', '.join(exceeding)}.")
        if not job.calls:
            continue
        if job.document.get("secrets") == "inherit":
            raise WorkflowRejected(f"{name}: secrets must be named individually, not inherited")
        inner = load_called_workflow(github, job, workflow.source)
        _check_names(name, inner, job.document.get("with") or {}, job.document.get("secrets") or {})
        check(github, inner, permissions, depth=depth + 1, path=f"{name} / ")


def _check_names(name: str, inner: Workflow, inputs: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
    for kind, values in (("inputs", inputs), ("secrets", secrets)):
        declared = inner.triggers["workflow_call"].get(kind) or {}
        if unknown := set(values) - set(declared):
            raise WorkflowRejected(f"{name}: {inner.path} takes no {', '.join(sorted(unknown))}")
        missing = [one for one, about in declared.items() if about.get("required") and one not in values]
        if missing:
            raise WorkflowRejected(f"{name}: {inner.path} needs {', '.join(missing)}")


def inputs(declared: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `inputs` context of a called or dispatched workflow: typed, with defaults.

    Raises:
        StepFailed: a value has the wrong type, or a required value is missing.
    """
    typed: dict[str, Any] = {}
    for name, about in declared.items():
        kind = about.get("type", "string")
        value = values.get(name, about.get("default"))
        if value is None:
            if about.get("required"):
                raise StepFailed(f"input {name} is required")
            value = {"boolean": False, "number": 0}.get(kind, "")
        if kind in TYPES and (not isinstance(value, TYPES[kind]) or (kind == "number" and isinstance(value, bool))):
            raise StepFailed(f"input {name} is {value!r}, not a {kind}")
        if kind == "choice" and value not in about["options"]:
            raise StepFailed(f"input {name} is {value!r}, not one of {', '.join(about['options'])}")
        typed[name] = value
    return typed
