"""Checks of file names in cards."""

from pathlib import Path


def is_existing_file(path: Path) -> bool:
    """Whether the file exists; False if the name is too long for the file system."""
    try:
        return path.is_file()
    except OSError:
        return False
