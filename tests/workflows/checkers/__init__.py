"""What is held against the workflows without running them: one module a checker, each with `check(root)`.

`check` looks at `.github/` below a root and returns what is wrong, one line each; nothing is clean.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

Check = Callable[[Path], list[str]]


def all_checkers() -> dict[str, Check]:
    """The checkers by the names of their modules."""
    names = [name for _, name, _ in pkgutil.iter_modules(__path__) if not name.startswith(("_", "test_", "conftest"))]
    return {name: importlib.import_module(f"{__name__}.{name}").check for name in names}
