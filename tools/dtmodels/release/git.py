"""Run git in the repository of a model collection."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from dtbase.system.errors import WrongUsage

_CHOOSE_REPOSITORY = frozenset(
    f"GIT_{name}"
    for name in (
        *("DIR", "WORK_TREE", "IMPLICIT_WORK_TREE", "COMMON_DIR", "INDEX_FILE", "OBJECT_DIRECTORY"),
        *("ALTERNATE_OBJECT_DIRECTORIES", "NAMESPACE", "PREFIX", "GRAFT_FILE", "SHALLOW_FILE"),
        *("NO_REPLACE_OBJECTS", "REPLACE_REF_BASE"),
    )
)
"""Environment variables that point git to another repository, as `git rev-parse --local-env-vars` lists them. A commit
hook sets some. Those that configure git (GIT_CONFIG_*, also safe.directory) stay."""


def git(root: Path, *arguments: str, stdin: bytes = b"", what: str = "git failed", fix: str = "") -> bytes:
    """Run a git command in the repository that contains `root`, whatever the environment says, and return its output.

    Args:
        root: working directory.
        arguments: arguments of git.
        stdin: standard input.
        what: message when git fails.
        fix: fix when git fails; by default the last line of git's error output.

    Raises:
        WrongUsage: git is not installed, it fails, or it refuses the repository; then git's own words say why.
    """
    done = _run(root, arguments, stdin)
    if not done.returncode:
        return done.stdout
    access = _run(root, ["rev-parse", "--git-dir"])
    if access.returncode:
        raise _refused(root, _text(access.stderr), fix)
    words = _text(done.stderr).splitlines()
    raise WrongUsage(what, where=str(root), fix=fix or (words[-1] if words else "run git here to see the error"))


def _run(root: Path, arguments: list[str] | tuple[str, ...], stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in _CHOOSE_REPOSITORY}
    environment["LC_ALL"] = "C"  # messages in English
    command = ["git", "-C", str(root), *arguments]
    try:
        return subprocess.run(command, input=stdin, capture_output=True, check=False, env=environment)
    except OSError as exc:
        raise WrongUsage("git is not installed", fix="install it") from exc


def _refused(root: Path, words: str, fix: str) -> WrongUsage:
    """Build the error for a repository that git does not open, with the reason and the remedy that git prints."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    reason = next((line for line in lines if line.startswith("fatal: ")), lines[-1] if lines else "it states no reason")
    remedy = re.search(r"^\s*(git config .+)$", words, re.MULTILINE)
    what = f"git does not open this repository: {reason.removeprefix('fatal: ')}"
    return WrongUsage(what, where=str(root), fix=remedy[1] if remedy else fix or "run git here to see the error")


def _text(output: bytes) -> str:
    return output.decode(errors="replace").strip()
