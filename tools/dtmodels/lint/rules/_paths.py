"""Checks of file names in cards."""

from pathlib import Path, PurePosixPath


def leaves_directory(name: str) -> bool:
    """Whether a relative path could lead out of its directory, on any operating system."""
    return name.startswith(("/", "~")) or "\\" in name or ":" in name or ".." in PurePosixPath(name).parts


def is_existing_file(path: Path) -> bool:
    """Whether the file exists; False if the name is too long for the file system."""
    try:
        return path.is_file()
    except OSError:
        return False
