"""Events that start a run, with GitHub's payloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NO_COMMIT = "0" * 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event, with the commit of its run."""

    name: str
    ref: str
    sha: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    base_ref: str = ""
    head_ref: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """Inputs of a `workflow_dispatch` that the user has set; others have defaults."""
    fork: bool = False
    """True for a pull request from another repository: read-only token, no secrets."""
    actor: str = "photographer"

    @property
    def ref_type(self) -> str:
        """Return `branch` or `tag`."""
        return "tag" if self.ref.startswith("refs/tags/") else "branch"

    @property
    def ref_name(self) -> str:
        """Return the ref without its kind: `main`, `v1.0.0`, `7/merge`."""
        return self.ref.split("/", 2)[2]


def push(sha: str, *, before: str = NO_COMMIT, branch: str = "main") -> Event:
    """Create the event for commits pushed to a branch."""
    ref = f"refs/heads/{branch}"
    payload = {"before": before, "after": sha, "ref": ref, "deleted": False, "created": before == NO_COMMIT}
    return Event(name="push", ref=ref, sha=sha, payload=payload)


def push_tag(sha: str, tag: str) -> Event:
    """Create the event for a pushed tag."""
    ref = f"refs/tags/{tag}"
    payload = {"before": NO_COMMIT, "after": sha, "ref": ref, "deleted": False, "created": True}
    return Event(name="push", ref=ref, sha=sha, payload=payload)


def pull_request(
    *, number: int = 7, merge: str, head: str, base: str, repository: str, fork: bool = False, action: str = "opened"
) -> Event:
    """Create the event for a pull request against main.

    `merge` is the commit of `refs/pull/<number>/merge`: main with the change, which a run checks out.
    """
    head_repository = f"contributor/{repository.partition('/')[2]}" if fork else repository
    payload = {
        "number": number,
        "head": {"ref": "change", "sha": head, "repo": {"full_name": head_repository, "fork": fork}},
        "base": {"ref": "main", "sha": base, "repo": {"full_name": repository, "fork": False}},
    }
    return Event(
        name="pull_request",
        ref=f"refs/pull/{number}/merge",
        sha=merge,
        payload={"action": action, "number": number, "pull_request": payload},
        base_ref="main",
        head_ref="change",
        fork=fork,
        actor="contributor" if fork else "photographer",
    )


def merge_group(*, sha: str, base: str) -> Event:
    """Create the event for a change in the merge queue."""
    ref = f"refs/heads/gh-readonly-queue/main/pr-7-{base}"
    group = {"head_sha": sha, "head_ref": ref, "base_sha": base, "base_ref": "refs/heads/main"}
    return Event(name="merge_group", ref=ref, sha=sha, payload={"action": "checks_requested", "merge_group": group})


def schedule(sha: str, cron: str) -> Event:
    """Create a scheduled event on main."""
    return Event(name="schedule", ref="refs/heads/main", sha=sha, payload={"schedule": cron}, actor="github-actions")


def dispatch(sha: str, *, ref: str = "refs/heads/main", **inputs: Any) -> Event:
    """Create the event for a manual start; names of `inputs` have `_` in place of `-`."""
    values = {name.replace("_", "-"): value for name, value in inputs.items()}
    return Event(name="workflow_dispatch", ref=ref, sha=sha, payload={"inputs": values}, inputs=values)
