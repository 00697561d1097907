"""shellcheck: each command of a workflow or an action, and each script of `.ci/`."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

from tests.workflows.checkers._files import every_file
from tests.workflows.checkers._programs import python_program


def check(root: Path) -> list[str]:
    scripts = sorted(path for path in (root / ".ci").iterdir() if path.is_file())
    with tempfile.TemporaryDirectory() as directory:
        locations = {str(path): str(path.relative_to(root)) for path in scripts}
        for number, (location, line) in enumerate(_runs(root)):
            script = Path(directory, f"{number}.sh")
            script.write_text(f"#!/usr/bin/env bash\nset -eo pipefail\n{line}\n", encoding="utf-8")
            locations[str(script)] = location
        completed = python_program("shellcheck", "--format=json", *locations, cwd=root)
    if completed.returncode > 1:
        return [completed.stderr]
    return [f"{locations[one['file']]}: SC{one['code']}: {one['message']}" for one in json.loads(completed.stdout)]


def _runs(root: Path) -> list[tuple[str, str]]:
    """List commands with their locations; an expression, which another checker forbids, is replaced by a word."""
    commands = [
        (location, step["run"]) for file in every_file(root) for location, step in file.steps() if "run" in step
    ]
    return [(location, re.sub(r"\$\{\{.*?\}\}", "expression", line)) for location, line in commands]
