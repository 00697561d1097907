"""zizmor: security audit with all checks, without the network.

It runs with the plain format, because all other formats exit with 0. It collects strictly, because it would otherwise
skip unreadable files.
"""

from __future__ import annotations

from pathlib import Path

from tests.workflows.checkers._programs import python_program


def check(root: Path) -> list[str]:
    completed = python_program("zizmor", "--pedantic", "--offline", "--strict-collection", ".github", cwd=root)
    if completed.returncode == 0:
        return []
    output = (completed.stdout + completed.stderr).splitlines()
    levels = ("error", "warning", "help", "info", "fatal", " WARN", " ERROR")
    return (
        [line for line in output if line.startswith(levels)] or output or [f"zizmor exited with {completed.returncode}"]
    )
