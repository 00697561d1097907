"""Reuse of unchanged packages: the bytes of an earlier release, copied from this machine or downloaded.

GitHub cannot copy an asset to another release, and darktable downloads all models from one release. So this machine
downloads and uploads the bytes. It does not build them again, because a build on another machine may differ.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.files import sha256
from dtbase.terminal.console import Console
from dtmodels.publishing.github import GitHub


def copy_by_digest(digest: str, target: Path, candidates: Iterable[Path]) -> bool:
    """Copy the first candidate with this SHA-256 to `target`; return False if there is none."""
    for candidate in candidates:
        if candidate.is_file() and sha256(candidate) == digest:
            shutil.copyfile(candidate, target)
            return True
    return False


def fetch(tag: str, digest: str, target: Path, github: GitHub, console: Console) -> None:
    """Download a package of the release `tag` to `target`, which has the name of the asset.

    Raises:
        Failure: the release does not have the package, or it has another digest.
    """
    url = github.download_url(tag, target.name)
    with console.progress(f"{target.name}: fetching from {tag}") as advance:
        actual = github.public().download(url, target, advance)
    if actual != digest:
        raise Failure(
            f"its sha256 is {actual}, but {tag} lists {digest}",
            where=url,
            fix="the release was tampered with or damaged: raise the model's version, so that it is built again",
        )
