"""Injected workflow defects that static checkers miss: each defect for a run check is checked with all checkers.

The defects and run checks are in `tests/workflows/scenarios/mutations`.
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
    """Inject each defect into a copy of the workflows, and run all checkers."""
    checkers = all_checkers()
    detected = {defect.name: detecting_checkers(defect) for defect in DEFECTS if defect.detected_by not in checkers}
    rows = [[name, ", ".join(names) or "none"] for name, names in detected.items()]
    missed = sum(not names for names in detected.values())
    title = f"{len(DEFECTS)} injected defects; only a run detects {missed} of them"
    Console().table(["defect detected by a run", "checkers that detect it"], rows, title=title)
    return 0


def detecting_checkers(defect: Defect) -> list[str]:
    """Return the checkers that report a defect."""
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        for part in (".github", ".ci", "tools/dtmodels/publishing"):
            shutil.copytree(ROOT / part, directory / part)
        for edit in defect.edits:
            edit.apply(directory)
        return [name for name, check in all_checkers().items() if check(directory)]


if __name__ == "__main__":
    sys.exit(main())
