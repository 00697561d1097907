"""Static checkers of the workflows: one module each, with `check(root)`.

`check` reads `.github/` below a root, and returns one line for each problem.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

Check = Callable[[Path], list[str]]


def all_checkers() -> dict[str, Check]:
    """Return the checkers by module name."""
    names = [name for _, name, _ in pkgutil.iter_modules(__path__) if not name.startswith(("_", "test_", "conftest"))]
    return {name: importlib.import_module(f"{__name__}.{name}").check for name in names}
