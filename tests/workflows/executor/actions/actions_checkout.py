"""Fake of actions/checkout: fetches the repository of the test with git, at the requested depth."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.workflows.executor.actions._call import Call
from tests.workflows.executor.github_state import GIT
from tests.workflows.executor.problems import StepFailed

PERMISSIONS = {"contents": "read"}
DEFAULTS = {
    "fetch-depth": "1",
    "persist-credentials": "true",
    "ref": "",
    "repository": "",
    "path": ".",
}

ALL = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")


def run(call: Call) -> dict[str, str]:
    """Fetch and check out; as on GitHub, only fetched commits exist afterwards."""
    repository = call.inputs["repository"] or call.github.repository
    if repository not in call.github.repositories:
        raise StepFailed(f"repository '{repository}' not found")
    directory = call.path(call.inputs["path"])
    if not directory.resolve().is_relative_to(call.workspace.resolve()):
        raise StepFailed(f"path {directory} is not under the workspace")
    directory.mkdir(parents=True, exist_ok=True)
    url = f"file://{call.github.repositories[repository]}"
    own = not call.inputs["ref"] and repository == call.github.repository
    ref = (call.event.sha if own else call.inputs["ref"]) or "HEAD"
    _git(directory, "init", "-q", "-b", "main")
    depth = int(call.inputs["fetch-depth"])
    if not depth:
        # The whole history is requested, so its objects need not be copied.
        objects = call.github.repositories[repository] / ".git" / "objects"
        (directory / ".git" / "objects" / "info" / "alternates").write_text(f"{objects}\n")
    target = _target(call.event.ref) if own else "refs/remotes/origin/requested"
    if not depth:
        _git(directory, "fetch", "-q", "--no-tags", url, *ALL)
    _git(directory, "fetch", "-q", "--no-tags", *_depth(depth), url, f"+{ref}:{target}")
    branch = call.event.ref_name if own and call.event.ref.startswith("refs/heads/") else ""
    _git(directory, "checkout", "-q", *(("-B", branch) if branch else ("--detach",)), target)
    _git(directory, "remote", "add", "origin", f"{call.github_context['server_url']}/{repository}")
    if call.flag("persist-credentials"):
        _git(directory, "config", "http.extraheader", f"AUTHORIZATION: basic {call.token}")
        call.note_misconfiguration("checkout leaves the token in .git/config: set persist-credentials to false")
    return {"ref": call.inputs["ref"] or call.event.ref, "commit": _git(directory, "rev-parse", "HEAD").strip()}


def _target(ref: str) -> str:
    """Return the local ref for an event's commit: a remote-tracking branch, or the tag itself."""
    kind, _, name = ref.removeprefix("refs/").partition("/")
    return ref if kind == "tags" else f"refs/remotes/{'origin' if kind == 'heads' else kind}/{name}"


def _depth(depth: int) -> tuple[str, ...]:
    return (f"--depth={depth}",) if depth else ()


def _git(directory: Path, *arguments: str) -> str:
    completed = subprocess.run(
        ["git", *arguments], cwd=directory, env={**os.environ, **GIT}, capture_output=True, text=True, check=False
    )
    if completed.returncode:
        raise StepFailed(f"git {arguments[0]}: {completed.stderr.strip()}")
    return completed.stdout
