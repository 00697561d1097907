"""check-jsonschema: each file against the published schema of its kind."""

from __future__ import annotations

from pathlib import Path

from tests.workflows.checkers._programs import python_program

KINDS = {
    "vendor.github-workflows": ".github/workflows/*.yml",
    "vendor.github-actions": ".github/actions/*/action.yml",
    "vendor.github-issue-forms": ".github/ISSUE_TEMPLATE/*.yml",
    "vendor.dependabot": ".github/dependabot.yml",
}
CHOOSER = "config.yml"
"""Configuration of the page for new issues; it is not a form."""


def check(root: Path) -> list[str]:
    return [problem for schema, pattern in KINDS.items() for problem in _problems(root, schema, pattern)]


def _problems(root: Path, schema: str, pattern: str) -> list[str]:
    files = [path.relative_to(root) for path in sorted(root.glob(pattern)) if path.name != CHOOSER]
    if not files:
        return [f"there is no {pattern}"]
    completed = python_program("check-jsonschema", "--builtin-schema", schema, *files, cwd=root)
    return [line.strip() for line in completed.stdout.splitlines() if "::" in line] if completed.returncode else []
