"""GitHub's own language service: contexts, and what goes from one file of the repository into another.

What it knows of other repositories' actions is what `.github/actions.lock.json` says of their inputs.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.workflows.checkers._programs import node_program

UNKNOWN = {"Context access might be invalid: merge_group"}
"""What version 0.3.61 says for want of that event's payload, which GitHub documents with `base_sha` in it."""


def check(root: Path) -> list[str]:
    done = node_program("language_service.mjs", root, package="@actions/languageservice", cwd=root)
    if done.returncode:
        return [done.stderr]
    found = [one for one in json.loads(done.stdout) if one["message"] not in UNKNOWN]
    return [f"{one['file']}:{one['line']}: {one['message']}" for one in found]
