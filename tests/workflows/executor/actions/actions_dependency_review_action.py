"""Fake of actions/dependency-review-action: checks its inputs only, because no advisories are available."""

from __future__ import annotations

from tests.workflows.executor.actions._call import Call
from tests.workflows.executor.problems import StepFailed

PERMISSIONS = {"contents": "read"}
DEFAULTS: dict[str, str] = {}


def run(call: Call) -> dict[str, str]:
    """Check that two commits are given to compare."""
    if call.event.name not in ("pull_request", "merge_group") and not {"base-ref", "head-ref"} <= set(call.inputs):
        raise StepFailed("Both a base ref and head ref must be provided, either via a pull request or the inputs")
    return {}
