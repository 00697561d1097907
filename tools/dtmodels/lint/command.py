"""lint command: apply fixes if requested, lint, print the report, return the exit code."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from dtbase.system.files import write_text
from dtbase.terminal.console import Console
from dtmodels.lint.engine import lint
from dtmodels.lint.format_helpers import counts_text
from dtmodels.lint.lint_report import LintReport, render
from dtmodels.lint.profiles import DEFAULT
from dtmodels.lint.rule import Finding

_MAX_SUMMARY_BYTES = 1_000_000
"""GitHub rejects a step summary larger than 1 MiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LintRequest:
    """Options of one run of the linter."""

    ids: Collection[str] = ()
    select: Collection[str] = ()
    profile: str = DEFAULT
    since: str = ""
    online: bool = False
    form: str = "text"
    output: Path | None = None
    fix: bool = False
    unsafe_fixes: bool = False


def run(root: Path, request: LintRequest, console: Console) -> int:
    """Lint and print the report. On GitHub's runners also write annotations and a step summary, unless `output` is set.

    Returns:
        1 if there is an error, else 0; warnings do not fail.
    """
    if request.fix or request.unsafe_fixes:
        _apply_fixes(root, request, console)
    report = LintReport(
        findings=_relative_to_checkout(_findings(root, request), root), root=root, profile=request.profile
    )
    text = render(report, request.form)
    if request.output:
        write_text(request.output, text)
        console.note(f"{counts_text(report.findings)}, written to {request.output}")
    elif text:
        console.say(text.removesuffix("\n"))
    if not request.output:
        _report_to_github(report, request, console)
    return int(any(finding.severity == "error" for finding in report.findings))


def _findings(root: Path, request: LintRequest) -> list[Finding]:
    web = None
    if request.online:
        from dtmodels.lint.web import Web

        web = Web()
    return lint(root, request.ids, request.select, profile=request.profile, since=request.since, web=web)


def _relative_to_checkout(findings: list[Finding], root: Path) -> list[Finding]:
    """Make paths relative to the checkout on GitHub's runners; the model repository may be a directory of it."""
    workspace = Path(os.environ.get("GITHUB_WORKSPACE", root)).resolve()
    if os.environ.get("GITHUB_ACTIONS") != "true" or not root.resolve().is_relative_to(workspace):
        return findings
    directory = root.resolve().relative_to(workspace)
    return [replace(finding, path=(directory / finding.path).as_posix()) for finding in findings]


def _apply_fixes(root: Path, request: LintRequest, console: Console) -> None:
    from dtmodels.lint.fixes import apply_fixes

    for path in apply_fixes(root, lambda: _findings(root, request), unsafe=request.unsafe_fixes):
        console.note(f"fixed: {path}")


def _report_to_github(report: LintReport, request: LintRequest, console: Console) -> None:
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    if request.form == "text" and report.findings:
        console.say(render(report, "github").removesuffix("\n"))
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        text = render(report, "markdown").encode()[:_MAX_SUMMARY_BYTES].decode(errors="ignore")
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(text)
