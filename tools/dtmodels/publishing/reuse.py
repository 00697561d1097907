"""Packages that did not change: the very bytes of an earlier release, from this machine or from there.

GitHub copies no asset from one release to another, and darktable downloads all models from one release: so the bytes
travel through this machine. They are never built again, for a build on another machine may differ.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.files import sha256
from dtbase.terminal.console import Console
from dtmodels.publishing.github import GitHub


def copy_by_digest(digest: str, target: Path, near: Iterable[Path]) -> bool:
    """Copy the package with this SHA-256 to `target` from the first file that is it; whether one is."""
    for candidate in near:
        if candidate.is_file() and sha256(candidate) == digest:
            shutil.copyfile(candidate, target)
            return True
    return False


def fetch(tag: str, digest: str, target: Path, github: GitHub, console: Console) -> None:
    """Download a package to `target` from the release `tag`, under the name `target` has.

    Raises:
        Failure: the release does not have it, or has other bytes.
    """
    url = github.download_url(tag, target.name)
    with console.progress(f"{target.name}: fetching from {tag}") as advance:
        found = github.public().save(url, target, advance)
    if found != digest:
        raise Failure(
            f"its sha256 is {found}, but {tag} lists {digest}",
            where=url,
            fix="the release was tampered with or damaged: raise the model's version, so that it is built again",
        )
