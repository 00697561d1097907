"""GitHub's own language service: contexts, and calls between files of the repository.

It reads the inputs of other repositories' actions from `.github/actions.lock.json`.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.workflows.checkers._programs import node_program

UNKNOWN = {"Context access might be invalid: merge_group"}
"""False positive of version 0.3.61, which lacks the payload of this event; GitHub documents its `base_sha`."""


def check(root: Path) -> list[str]:
    completed = node_program("language_service.mjs", root, package="@actions/languageservice", cwd=root)
    if completed.returncode:
        return [completed.stderr]
    messages = [one for one in json.loads(completed.stdout) if one["message"] not in UNKNOWN]
    return [f"{one['file']}:{one['line']}: {one['message']}" for one in messages]
