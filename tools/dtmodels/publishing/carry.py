"""Packages that did not change: the very bytes of an earlier release, from this machine or from there."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from dtbase.console import Console
from dtbase.files import sha256
from dtmodels.download import Expected, download
from dtmodels.publishing.github import GitHub
from dtmodels.publishing.plan import Carried


def carry(model_id: str, carried: Carried, target: Path, near: Iterable[Path], github: GitHub, console: Console) -> str:
    """Put a package of an earlier release at `target`.

    GitHub copies no asset from one release to another, and darktable downloads all models from one release: so the
    bytes travel through this machine. They are never built again, for a build on another machine may differ.

    Args:
        model_id: the model.
        carried: which bytes, and the release that has them.
        target: where the package goes.
        near: files that may be it already.
        github: where it is fetched from otherwise.
        console: where progress is shown.

    Returns:
        Where it came from.

    Raises:
        Failure: the release does not have it, or has other bytes.
    """
    for candidate in near:
        if candidate.is_file() and sha256(candidate) == carried.sha256:
            shutil.copyfile(candidate, target)
            return "was here"
    url = github.download_url(carried.tag, f"{model_id}.dtmodel")
    with console.progress(f"{model_id}: fetching from {carried.tag}") as advance:
        download(url, target, Expected(sha256=carried.sha256), advance, github.web.patience)
    target.with_name(f"{target.name}.lock").unlink(missing_ok=True)
    return carried.tag
