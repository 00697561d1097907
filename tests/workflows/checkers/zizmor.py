"""zizmor: what is unsafe, at its strictest, without the network.

It runs plainly, because its other formats always end with 0; and it collects strictly, because a file that it cannot
read would only be skipped.
"""

from __future__ import annotations

from pathlib import Path

from tests.workflows.checkers._programs import python_program


def check(root: Path) -> list[str]:
    done = python_program("zizmor", "--pedantic", "--offline", "--strict-collection", ".github", cwd=root)
    if done.returncode == 0:
        return []
    said = (done.stdout + done.stderr).splitlines()
    found = [line for line in said if line.startswith(("error", "warning", "help", "info", "fatal", " WARN", " ERROR"))]
    return found or said or [f"zizmor ended with {done.returncode}"]
