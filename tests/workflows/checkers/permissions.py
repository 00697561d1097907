"""Who may do what: nothing by default, the least by job, and a person before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.workflows.checkers._files import File, workflows

WRITES = {
    ("ci.yml", "lint"): {"security-events"},
    ("nightly.yml", "release"): {"contents", "id-token", "attestations"},
    ("reusable-lint.yml", "code-scanning"): {"security-events"},
    ("release.yml", "attest"): {"id-token", "attestations"},
    ("release.yml", "publish"): {"contents"},
}
"""Every job that may write, and what. What writes to the repository waits for a person, in an environment."""

UNTRUSTED = {"pull_request_target", "workflow_run", "issue_comment", "issues", "discussion", "fork"}
"""Events that give strangers' words a token that can write."""


def check(root: Path) -> list[str]:
    return [problem for file in workflows(root) for problem in _problems(file)]


def _problems(file: File) -> Iterator[str]:
    if file.data.get("permissions") != {}:
        yield f"{file.name}: its top has to say `permissions: {{}}`"
    if told := sorted(file.triggers & UNTRUSTED):
        yield f"{file.name}: starts on {', '.join(told)}, which runs strangers' words with rights"
    for name, job in file.jobs.items():
        place = f"{file.name}: {name}"
        granted = job.get("permissions")
        if not isinstance(granted, dict):
            yield f"{place}: has to name its permissions"
            continue
        writes = {right for right, level in granted.items() if level == "write"}
        if writes != WRITES.get((file.name, name), set()):
            yield f"{place}: may write {sorted(writes)}"
        if "contents" in writes and "environment" not in job | job.get("with", {}):
            yield f"{place}: writes to the repository without an environment, so nobody is asked"
        if job.get("secrets") == "inherit":
            yield f"{place}: hands on every secret"
        yield from _write_without_code(place, job, writes)


def _write_without_code(place: str, job: dict[str, object], writes: set[str]) -> Iterator[str]:
    """A job that may write has no checkout: nobody's files lie where its commands run."""
    steps = job.get("steps")
    for step in steps if isinstance(steps, list) else []:
        if writes and step.get("uses", "").startswith("actions/checkout@"):
            yield f"{place}: may write, and checks out code"
        if writes - {"contents"} and "run" in step:
            yield f"{place}: may write, and runs a command"
