"""Command that starts the worker under another Python."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def worker_command(python: Sequence[str], task: str, argument: str) -> list[str]:
    """Build the command that starts this package under `python`, isolated from its parent packages.

    The package's parent directory comes last on `sys.path`, so that it cannot shadow modules of that Python.
    """
    here = Path(__file__).resolve().parent
    start = (
        f"import sys, runpy; sys.path.append({str(here.parent)!r}); "
        f"runpy.run_module({here.name!r}, run_name='__main__', alter_sys=True)"
    )
    return [*python, "-s", "-B", "-c", start, task, argument]
