"""Compares the dependencies of both sides of a pull request; advisories are not here, so nothing is found."""

from __future__ import annotations

from tests.workflows.executor.actions._call import Call
from tests.workflows.executor.problems import StepFailed

RIGHTS = {"contents": "read"}
DEFAULTS: dict[str, str] = {}


def run(call: Call) -> dict[str, str]:
    """Only check that there is something to compare."""
    if call.event.name not in ("pull_request", "merge_group") and not {"base-ref", "head-ref"} <= set(call.inputs):
        raise StepFailed("Both a base ref and head ref must be provided, either via a pull request or the inputs")
    return {}
