"""check-jsonschema: each file against the published schema of its kind."""

from __future__ import annotations

import functools
from pathlib import Path

from click.testing import CliRunner

from tests.workflows.checkers._programs import python_module

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
    files = [path for path in sorted(root.glob(pattern)) if path.name != CHOOSER]
    if not files:
        return [f"there is no {pattern}"]
    return [
        f"{file.relative_to(root)}: {message}"
        for file in files
        for message in _messages(schema, file.read_text(encoding="utf-8"))
    ]


@functools.cache
def _messages(schema: str, text: str) -> tuple[str, ...]:
    """Check one text. Tests of one changed file check the other files once."""
    arguments = ["--builtin-schema", schema, "--default-filetype", "yaml", "-"]
    result = CliRunner().invoke(python_module("check_jsonschema").main, arguments, input=text, catch_exceptions=False)
    lines = [line.strip().removeprefix("<stdin>::") for line in result.output.splitlines() if line.strip()]
    return tuple(lines) if result.exit_code else ()
