"""shellcheck: each line that a workflow or an action runs, and each script of `.ci/`."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

from tests.workflows.checkers._files import every_file
from tests.workflows.checkers._programs import python_program


def check(root: Path) -> list[str]:
    scripts = sorted((root / ".ci").glob("*"))
    with tempfile.TemporaryDirectory() as directory:
        places = {str(path): str(path.relative_to(root)) for path in scripts}
        for number, (place, line) in enumerate(_runs(root)):
            script = Path(directory, f"{number}.sh")
            script.write_text(f"#!/usr/bin/env bash\nset -eo pipefail\n{line}\n", encoding="utf-8")
            places[str(script)] = place
        done = python_program("shellcheck", "--format=json", *places, cwd=root)
    if done.returncode > 1:
        return [done.stderr]
    return [f"{places[one['file']]}: SC{one['code']}: {one['message']}" for one in json.loads(done.stdout)]


def _runs(root: Path) -> list[tuple[str, str]]:
    """What is run where; an expression, which another rule forbids there, is a word to the shell."""
    found = [(place, step["run"]) for file in every_file(root) for place, step in file.steps() if "run" in step]
    return [(place, re.sub(r"\$\{\{.*?\}\}", "expression", line)) for place, line in found]
