"""Markdown format for step summaries and comments: a table of findings, with all text of a card escaped."""

from __future__ import annotations

from dtmodels.lint.format_helpers import counts_text, escape_control
from dtmodels.lint.lint_report import LintReport
from dtmodels.lint.rule import Finding
from dtmodels.pages.markdown import code, table, text

_MAX_ROWS = 1000
"""Maximum number of rows; keeps the summary below GitHub's limit of 1 MiB."""


def render(report: LintReport) -> str:
    """A heading with the counts, and one row per finding."""
    heading = f"## Model cards: {counts_text(report.findings)}\n"
    if not report.findings:
        return heading
    rows = [_row(finding) for finding in report.findings[:_MAX_ROWS]]
    omitted = len(report.findings) - _MAX_ROWS
    rest = f"\n{omitted} more are omitted.\n" if omitted > 0 else ""
    return f"{heading}\n{table(['severity', 'rule', 'location', 'problem', 'fix'], rows)}{rest}"


def _row(finding: Finding) -> list[str]:
    location = f"{finding.path}:{finding.line}:{finding.column}"
    return [
        finding.severity,
        finding.rule,
        code(escape_control(location)),
        text(escape_control(finding.message)[:400]),
        text(escape_control(finding.fix)[:400]),
    ]
