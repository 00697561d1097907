"""clean: remove built files, which can be built again."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from dtmodels.build.workspace import Workspace


def clean(workspace: Workspace, ids: Sequence[str]) -> list[Path]:
    """Remove the built files of these models, or of all models and `dist/` when `ids` is empty.

    Downloaded checkpoints stay, because other models and repositories use them too.

    Returns:
        The directories that were removed.
    """
    with workspace.locked():
        directories = [workspace.output / model_id for model_id in ids] or _all_directories(workspace)
        existing = [directory for directory in directories if directory.exists()]
        for directory in existing:
            shutil.rmtree(directory)
    return existing


def _all_directories(workspace: Workspace) -> list[Path]:
    return [*(path for path in sorted(workspace.output.iterdir()) if path.is_dir()), workspace.dist]
