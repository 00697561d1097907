"""What the repository holds where a card says that a component is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from dtbase.system.files import leaves_directory
from dtmodels.card.model import Card
from dtmodels.openness import places
from dtmodels.openness.locations import CODE_COMPONENTS

_DATA_COMPONENTS = ("datasets", "evaluation_data", "intermediate_parameters")
_MAX_FILES = 2000
"""Files of a directory that are looked at."""
_NO_CONTENT = places.PROSE | places.METADATA | places.CODE


def with_files_checked(card: Card, directory: Path) -> Card:
    """The card with a flaw at each component whose path in the repository does not hold it.

    Args:
        card: the card.
        directory: the model's directory; paths are relative to it, or to the repository two directories above.
            Nothing is checked if it does not exist.
    """
    if card.openness is None or not _is_directory(directory):
        return card
    components = {
        name: part if "://" in part.location else replace(part, flaw=file_flaw(name, part.location, directory))
        for name, part in card.openness.components.items()
    }
    return replace(card, openness=replace(card.openness, components=components))


def file_flaw(name: str, location: str, directory: Path) -> str:
    """Say why a path does not hold a component, as the end of a sentence that begins with it; empty if it does."""
    path = find_component(location, directory)
    if path is None:
        return "does not exist in this repository"
    if path.is_dir():
        return _directory_flaw(name, path)
    if path.stat().st_size == 0:
        return "is empty"
    if name in CODE_COMPONENTS and path.suffix.lower() not in places.CODE | places.ARCHIVES:
        return "is not a file of code"
    if name == "intermediate_parameters" and path.suffix.lower() in places.TABLES and not _lists_parameters(path):
        return "lists no parameters"
    return ""


def find_component(location: str, directory: Path) -> Path | None:
    """The file or directory at a path of a card; None if there is none, or the path leads outside the repository."""
    if leaves_directory(location):
        return None
    for base in (directory, directory.parent.parent):
        path = base / location
        try:
            if path.exists():
                return path if path.resolve().is_relative_to(base.resolve()) else None
        except OSError:  # the name is too long for the file system
            return None
    return None


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # the name is too long for the file system
        return False


def _directory_flaw(name: str, directory: Path) -> str:
    suffixes = {path.suffix.lower() for path in islice(_files(directory), _MAX_FILES)}
    if name in CODE_COMPONENTS:
        return "" if suffixes & places.CODE else "is a directory without code"
    if name in _DATA_COMPONENTS:
        return "" if suffixes - _NO_CONTENT else "is a directory without data"
    return "is a directory, not a file"


def _files(directory: Path) -> Iterator[Path]:
    return (path for path in directory.rglob("*") if path.is_file())


def _lists_parameters(path: Path) -> bool:
    """True if the last row of a training log states the parameters of its step."""
    try:
        rows = path.read_text(encoding="utf-8").splitlines()
        return bool(json.loads(rows[-1])["parameters"])
    except (ValueError, LookupError, TypeError):
        return False
