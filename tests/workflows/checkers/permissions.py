"""Permissions: none by default, the least for each job, and an environment with approval before writing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.workflows.checkers._files import File, workflows

WRITES = {
    ("ci.yml", "lint"): {"security-events"},
    ("nightly.yml", "release"): {"contents", "id-token", "attestations"},
    ("pages.yml", "publish"): {"pages", "id-token"},
    ("reusable-lint.yml", "code-scanning"): {"security-events"},
    ("release.yml", "attest"): {"id-token", "attestations"},
    ("release.yml", "publish"): {"contents"},
    ("promote.yml", "propose"): {"contents", "pull-requests"},
}
"""Scopes of every job with write permissions. A job that writes to the repository needs an environment."""

UNTRUSTED = {"pull_request_target", "workflow_run", "issue_comment", "issues", "discussion", "fork"}
"""Events that run with a write token on input of untrusted users."""


def check(root: Path) -> list[str]:
    return [problem for file in workflows(root) for problem in _problems(file)]


def _problems(file: File) -> Iterator[str]:
    if file.data.get("permissions") != {}:
        yield f"{file.name}: needs `permissions: {{}}` at the top level"
    if untrusted := sorted(file.triggers & UNTRUSTED):
        yield f"{file.name}: starts on {', '.join(untrusted)}, which gives untrusted input a write token"
    for name, job in file.jobs.items():
        location = f"{file.name}: {name}"
        granted = job.get("permissions")
        if not isinstance(granted, dict):
            yield f"{location}: needs its own permissions"
            continue
        writes = {scope for scope, level in granted.items() if level == "write"}
        if writes != WRITES.get((file.name, name), set()):
            yield f"{location}: has write permissions {sorted(writes)}"
        if "contents" in writes and "environment" not in job | job.get("with", {}):
            yield f"{location}: writes to the repository without an environment that requires approval"
        if job.get("secrets") == "inherit":
            yield f"{location}: passes on all secrets"
        yield from _write_without_code(location, job, writes)


def _write_without_code(location: str, job: dict[str, object], writes: set[str]) -> Iterator[str]:
    """Check that a job with write permissions has no checkout, so that no untrusted files affect its commands."""
    steps = job.get("steps")
    for step in steps if isinstance(steps, list) else []:
        if writes and step.get("uses", "").startswith("actions/checkout@"):
            yield f"{location}: has write permissions and checks out code"
        if writes - {"contents", "pull-requests"} and "run" in step:
            yield f"{location}: has write permissions and runs a command"
