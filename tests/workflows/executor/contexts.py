"""Contexts for expressions, and the corresponding variables for steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.workflows.executor.events import Event
from tests.workflows.executor.github_state import GitHubState
from tests.workflows.executor.results import Run

SERVER = "https://github.com"
API = "https://api.github.com"


def github_context(github: GitHubState, run: Run, event: Event, workflow_name: str) -> dict[str, Any]:
    """Return the `github` context of a run, without the fields of a job."""
    return {
        "event_name": event.name,
        "event": dict(event.payload),
        "ref": event.ref,
        "ref_name": event.ref_name,
        "ref_type": event.ref_type,
        "ref_protected": event.ref == "refs/heads/main",
        "sha": event.sha,
        "base_ref": event.base_ref,
        "head_ref": event.head_ref,
        "actor": event.actor,
        "triggering_actor": event.actor,
        "repository": github.repository,
        "repository_owner": github.repository.partition("/")[0],
        "workflow": workflow_name,
        "workflow_ref": f"{github.repository}/{run.workflow}@{event.ref}",
        "workflow_sha": event.sha,
        "run_id": str(run.id),
        "run_number": str(run.id),
        "run_attempt": str(run.attempt),
        "server_url": github.environment.get("GITHUB_SERVER_URL", SERVER),
        "api_url": github.environment.get("GITHUB_API_URL", API),
        "graphql_url": f"{github.environment.get('GITHUB_API_URL', API)}/graphql",
        "secret_source": "None" if event.fork else "Actions",
    }


AS_VARIABLES = (
    "actor", "api_url", "base_ref", "event_name", "graphql_url", "head_ref", "job", "ref", "ref_name", "ref_protected",
    "ref_type", "repository", "repository_owner", "run_attempt", "run_id", "run_number", "server_url", "sha",
    "triggering_actor", "workflow", "workflow_ref", "workflow_sha", "workspace", "event_path", "action_path",
)  # fmt: skip
"""Fields of the `github` context that a step also gets as `GITHUB_…`."""


def variables(context: Mapping[str, Any]) -> dict[str, str]:
    """Return the `GITHUB_…` variables for a `github` context."""
    values = {f"GITHUB_{name.upper()}": _text(context[name]) for name in AS_VARIABLES if name in context}
    return {**values, "CI": "true", "GITHUB_ACTIONS": "true", "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64"}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_misconfiguration(name: str, contexts: Mapping[str, Any], *, inputs: set[str], steps: Mapping[str, str]) -> bool:
    """Return True if a missing value is a mistake.

    Args:
        name: dotted name, such as `needs.plan.outputs.models`.
        contexts: contexts of the expression.
        inputs: input names of all triggers of the workflow: with another trigger they are empty on purpose.
        steps: declared steps with their outcomes so far; outputs of a step that did not succeed may be empty.
    """
    root, *rest = name.split(".")
    if root in ("matrix", "env", "strategy", "jobs") or len(rest) == 0:
        return root in ("matrix", "env", "strategy", "jobs")
    if root == "inputs":
        return rest[0] not in inputs
    if root == "needs":
        return rest[0] not in contexts["needs"] or contexts["needs"][rest[0]]["result"] == "success"
    if root == "steps":
        return steps.get(rest[0], "undeclared") not in ("failure", "skipped", "cancelled")
    return False
