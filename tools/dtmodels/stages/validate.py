"""validate: do with a built model or a `.dtmodel` file what darktable would do with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dtbase.console import Console
from dtmodels.catalogue import Entry
from dtmodels.report import Report
from dtmodels.workspace import Workspace


def validate_path(path: Path) -> Report:
    """Validate a `.dtmodel` file, or a folder as darktable would have installed it.

    Raises:
        WrongUsage: `path` is neither.
    """
    raise NotImplementedError


def validate(entry: Entry, folder: Path, *, pin: bool = False) -> Report:
    """Validate the converted model in `folder`, and compare its output with the golden statistics of `entry`.

    Args:
        entry: the model of the catalogue.
        folder: its ONNX files and `config.json`.
        pin: store the statistics of this run as the golden ones.
    """
    raise NotImplementedError


def validate_all(root: Path, targets: Sequence[str], console: Console, *, pin: bool, as_json: bool) -> int:
    """Validate models by id, and packages or folders by path; print the reports.

    Returns:
        Exit code: 0 when all are fine, 1 otherwise.
    """
    raise NotImplementedError


def hold_model(entry: Entry, workspace: Workspace, console: Console) -> None:
    """Validate a converted model and write its report to the workspace.

    Raises:
        Failure: there are errors; the message lists them.
    """
    raise NotImplementedError


def hold_archive(path: Path) -> None:
    """Hold a packed `.dtmodel` against the rules of darktable's installer, without running it.

    Raises:
        Failure: darktable would not install it whole.
    """
    raise NotImplementedError
