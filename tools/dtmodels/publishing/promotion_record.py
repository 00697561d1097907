"""Patch and reviewer's page of a promotion, for the jobs that make a pull request of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dtbase.system.files import atomic_directory
from dtmodels.ci.summary import model_summary
from dtmodels.publishing.proposal import PATCH, TEXT
from dtmodels.release.git import git


def write_record(root: Path, ids: Sequence[str], directory: Path) -> None:
    """Write the changes of the promoted models' directories as a patch, and a page about each.

    Raises:
        WrongUsage: git fails.
    """
    places = [f"models/{model_id}" for model_id in ids]
    git(root, "add", "--intent-to-add", "--", *places)
    with atomic_directory(directory) as record:
        (record / PATCH).write_bytes(git(root, "diff", "--binary", "--", *places))
        (record / TEXT).write_text("\n".join(model_summary(root, model_id) for model_id in ids))
