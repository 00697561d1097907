"""Run git in the repository of a model collection."""

from __future__ import annotations

from pathlib import Path

from dtbase.system.errors import WrongUsage


def git(root: Path, *arguments: str, stdin: bytes = b"", what: str = "git failed", fix: str = "") -> bytes:
    """Run a git command and return its standard output.

    Args:
        root: working directory.
        arguments: arguments of git.
        stdin: standard input.
        what: message when git fails.
        fix: fix when git fails; by default the last line of git's error output.

    Raises:
        WrongUsage: git is not installed, or fails.
    """
    import subprocess

    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], input=stdin, capture_output=True, check=False)
    except OSError as exc:
        raise WrongUsage("git is not installed", fix="install it") from exc
    if done.returncode:
        errors = done.stderr.decode(errors="replace").strip().splitlines()
        raise WrongUsage(what, where=str(root), fix=fix or (errors[-1] if errors else "run git here to see the error"))
    return done.stdout
