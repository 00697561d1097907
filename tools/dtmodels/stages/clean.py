"""clean: remove what can be made again, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from dtmodels.build.workspace import Workspace


def clean(workspace: Workspace, ids: Sequence[str]) -> list[Path]:
    """Remove the built files of the named models, or of all models and `dist/` when none is named.

    Downloaded checkpoints stay: they are shared by models and repositories.

    Returns:
        The directories that were removed.
    """
    with workspace.locked():
        directories = [workspace.output / model_id for model_id in ids] or _everything(workspace)
        there = [directory for directory in directories if directory.exists()]
        for directory in there:
            shutil.rmtree(directory)
    return there


def _everything(workspace: Workspace) -> list[Path]:
    return [*(path for path in sorted(workspace.output.iterdir()) if path.is_dir()), workspace.dist]
