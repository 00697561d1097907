"""Ask git about the repository a model collection lies in."""

from __future__ import annotations

from pathlib import Path

from dtbase.system.errors import WrongUsage


def git(root: Path, *arguments: str, asked: bytes = b"", what: str = "git failed", fix: str = "") -> bytes:
    """What a git command prints.

    Args:
        root: where it runs.
        arguments: the command.
        asked: what it gets on standard input.
        what: what it means when git refuses.
        fix: what to do then; git's own last words when not given.

    Raises:
        WrongUsage: git is not installed, or refuses.
    """
    import subprocess

    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], input=asked, capture_output=True, check=False)
    except OSError as missing:
        raise WrongUsage("git is not installed", fix="install it") from missing
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise WrongUsage(what, where=str(root), fix=fix or (said[-1] if said else "run git here to see why"))
    return done.stdout
