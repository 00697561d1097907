"""The workflows keep every policy of `tests/workflows/policies/`."""

from __future__ import annotations

from pathlib import Path

from tests.workflows.checkers._files import every_file
from tests.workflows.policies import all_policies


def check(root: Path) -> list[str]:
    files = every_file(root)
    return [f"{problem} (policy: {title})" for title, find in all_policies().values() for problem in find(files)]
