"""The workflows do what `.github/contract.yml` states."""

from __future__ import annotations

from pathlib import Path

from tests.workflows.contract.compare import WRITE, differences


def check(root: Path) -> list[str]:
    lines = differences(root)
    return [*lines, f"if this is meant: {WRITE}, and have the difference reviewed"] if lines else []
