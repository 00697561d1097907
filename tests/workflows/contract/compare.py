"""The difference between the contract and what the workflows do."""

from __future__ import annotations

import difflib
from pathlib import Path

from tests.workflows.contract.describe import CONTRACT, contract_text

WRITE = "python -m tests.workflows.contract --write"
_CONTEXT = 2
_MAX_LINES = 60


def differences(root: Path) -> list[str]:
    """Lines of a diff from the contract to the workflows, each under the workflow, job or step that it is in."""
    path = root / CONTRACT
    if not path.is_file():
        return [f"{CONTRACT} is missing: run `{WRITE}`"]
    stated, actual = path.read_text(encoding="utf-8").splitlines(), contract_text(root).splitlines()
    lines: list[str] = []
    for line in difflib.unified_diff(stated, actual, n=_CONTEXT, lineterm=""):
        if line.startswith("@@"):
            start = int(line.split("+")[1].split(",")[0].split(" ")[0])
            lines.append(f"in {place(actual, start - 1)}:")
        elif not line.startswith(("---", "+++")):
            lines.append(line)
    return lines[:_MAX_LINES] + ([f"and {len(lines) - _MAX_LINES} more lines"] if len(lines) > _MAX_LINES else [])


def place(lines: list[str], index: int) -> str:
    """The keys above a line of the contract, outermost first."""
    keys: list[str] = []
    indent = len(lines[index]) - len(lines[index].lstrip()) + 1 if index < len(lines) else 0
    for line in reversed(lines[: index + 1]):
        depth = len(line) - len(line.lstrip())
        if depth < indent and not line.startswith("#") and line.strip().endswith(":"):
            keys.insert(0, line.strip().removeprefix("- ").removesuffix(":"))
            indent = depth
    return " > ".join(keys) or str(CONTRACT)
