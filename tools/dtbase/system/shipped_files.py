"""Files of the repository that commands need wherever they run: in the checkout, or copied into the installed package.

`setup.py` copies them into wheels.
"""

from __future__ import annotations

import functools
from pathlib import Path

_INSTALLED = Path(__file__).parents[1] / "_shipped"
"""Directory of the copies; absent in a checkout."""


@functools.cache
def shipped(name: str) -> Path:
    """Return the path of a file or directory, such as `schema`; `name` is its path in the repository."""
    return (_INSTALLED if _INSTALLED.is_dir() else Path(__file__).parents[3]) / name


def here_or_shipped(name: str, contains: str = "") -> Path:
    """Return the path `name` in the current directory if it exists, else the one that belongs to these tools.

    Args:
        name: relative path.
        contains: pattern of a file that a directory of the current directory has to contain, to be the one meant.
    """
    here = Path(name)
    found = any(here.glob(contains)) if contains else here.exists()
    return here if found else shipped(name)


def is_installed_copy(path: Path) -> bool:
    """Return True for a path inside the installed package, where nothing must be written."""
    return path.resolve().is_relative_to(_INSTALLED.resolve())
