"""Base of `dtmodels` and `dtproxies`: failures, files, subprocesses, plug-in discovery, console output, colour.

A command raises `Failure` (exit code 1), `WrongUsage` (2) or `NothingToDo` (3); `Console` prints progress and results.
Everything else is internal to this repository.
"""

from typing import TYPE_CHECKING

from dtbase.system.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from dtbase.system.errors import Failure, NothingToDo, WrongUsage
    from dtbase.terminal.console import Console

    __version__: str

__all__ = ["Console", "Failure", "NothingToDo", "WrongUsage", "__version__"]

__getattr__ = lazy_exports(
    __name__,
    {
        "Console": "terminal.console",
        "Failure": "system.errors",
        "NothingToDo": "system.errors",
        "WrongUsage": "system.errors",
    },
)
