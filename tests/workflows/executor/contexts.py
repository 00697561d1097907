"""The contexts that expressions see, and the variables of the same meaning that steps see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.workflows.executor.events import Event
from tests.workflows.executor.github_state import World
from tests.workflows.executor.results import Run

SERVER = "https://github.com"
API = "https://api.github.com"


def github(world: World, run: Run, event: Event, workflow_name: str) -> dict[str, Any]:
    """The `github` context of a run, without what only a job knows."""
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
        "repository": world.repository,
        "repository_owner": world.repository.partition("/")[0],
        "workflow": workflow_name,
        "workflow_ref": f"{world.repository}/{run.workflow}@{event.ref}",
        "workflow_sha": event.sha,
        "run_id": str(run.id),
        "run_number": str(run.id),
        "run_attempt": str(run.attempt),
        "server_url": world.environment.get("GITHUB_SERVER_URL", SERVER),
        "api_url": world.environment.get("GITHUB_API_URL", API),
        "graphql_url": f"{world.environment.get('GITHUB_API_URL', API)}/graphql",
        "secret_source": "None" if event.fork else "Actions",
    }


AS_VARIABLES = (
    "actor", "api_url", "base_ref", "event_name", "graphql_url", "head_ref", "job", "ref", "ref_name", "ref_protected",
    "ref_type", "repository", "repository_owner", "run_attempt", "run_id", "run_number", "server_url", "sha",
    "triggering_actor", "workflow", "workflow_ref", "workflow_sha", "workspace", "event_path", "action_path",
)  # fmt: skip
"""Parts of the `github` context that a step also has as `GITHUB_…`."""


def variables(context: Mapping[str, Any]) -> dict[str, str]:
    """The `GITHUB_…` variables that go with a `github` context."""
    found = {f"GITHUB_{name.upper()}": _text(context[name]) for name in AS_VARIABLES if name in context}
    return {**found, "CI": "true", "GITHUB_ACTIONS": "true", "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64"}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_slip(name: str, contexts: Mapping[str, Any], *, inputs: set[str], steps: Mapping[str, str]) -> bool:
    """Whether a value that was asked for in vain is a mistake.

    Args:
        name: dotted, such as `needs.plan.outputs.models`.
        contexts: what the expression saw.
        inputs: names the workflow takes from any of its triggers: without that trigger they are empty on purpose.
        steps: declared steps, with their outcome so far; outputs of a step that did not succeed are rightly empty.
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
