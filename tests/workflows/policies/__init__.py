"""Policies of the workflows: what may never be, whatever the contract says.

One module each, found by its file. The first line of its docstring is the policy, the rest the reason. `check` yields
a line for each place that breaks it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence

from tests.workflows.checkers._files import File

Check = Callable[[Sequence[File]], Iterator[str]]


def all_policies() -> dict[str, tuple[str, Check]]:
    """The policies by name: the first line of the docstring, and the check of all workflows and actions."""
    names = [name for _, name, _ in pkgutil.iter_modules(__path__) if not name.startswith(("_", "test_"))]
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    return {name: (str(module.__doc__).splitlines()[0], module.check) for name, module in modules.items()}
