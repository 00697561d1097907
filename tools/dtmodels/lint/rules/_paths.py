"""Checks of file names in cards."""

from collections.abc import Callable
from pathlib import Path


def is_existing_file(path: Path, exists: Callable[[Path], bool] = Path.is_file) -> bool:
    """Whether the file exists; False if the name is too long for the file system."""
    try:
        return exists(path)
    except OSError:
        return False
