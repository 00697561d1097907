"""What reading alone would miss: every planted defect that a run has to catch, held against every checker.

The checkers read; `tests/workflows/scenarios/mutations` runs. A checker counts when it says something of a defect.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from dtbase.terminal.console import Console
from tests.workflows.checkers import all_checkers
from tests.workflows.scenarios.mutations.defects import DEFECTS, Defect

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Plant each of them into a copy of the workflows, and ask all checkers."""
    checkers = all_checkers()
    found = {one.name: readers(one) for one in DEFECTS if one.caught_by not in checkers}
    rows = [[name, ", ".join(names) or "nobody"] for name, names in found.items()]
    missed = sum(not names for names in found.values())
    title = f"{len(DEFECTS)} defects planted; {missed} of them are seen by no checker, only by running"
    Console().table(["caught by a run", "seen by reading"], rows, title=title)
    return 0


def readers(defect: Defect) -> list[str]:
    """The checkers that say something of a defect."""
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        for part in (".github", ".ci", "tools/dtmodels/publishing"):
            shutil.copytree(ROOT / part, directory / part)
        for edit in defect.edits:
            edit.apply(directory)
        return [name for name, check in all_checkers().items() if check(directory)]


if __name__ == "__main__":
    sys.exit(main())
