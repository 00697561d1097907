"""How this directory is started under another Python."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def worker_command(python: Sequence[str], task: str, argument: str) -> list[str]:
    """Command that starts this directory, and nothing else of its surroundings, under `python`.

    The directory's parent comes last on the path: no module there can stand in for one of that Python.
    """
    here = Path(__file__).resolve().parent
    start = (
        f"import sys, runpy; sys.path.append({str(here.parent)!r}); "
        f"runpy.run_module({here.name!r}, run_name='__main__', alter_sys=True)"
    )
    return [*python, "-s", "-B", "-c", start, task, argument]
