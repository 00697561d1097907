"""File names in cards: whether they stay where they belong, and whether the file is there."""

from pathlib import Path, PurePosixPath


def leaves_directory(name: str) -> bool:
    """Whether a relative path could lead out of the directory it is meant for, on any system."""
    return name.startswith(("/", "~")) or "\\" in name or ":" in name or ".." in PurePosixPath(name).parts


def is_existing_file(path: Path) -> bool:
    """Whether there is such a file; no system has one whose name is too long for it."""
    try:
        return path.is_file()
    except OSError:
        return False
