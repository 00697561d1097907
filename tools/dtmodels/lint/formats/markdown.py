"""For a step summary or a comment: a table of all findings, in which a card's text is only text."""

from __future__ import annotations

from dtmodels.lint.format_helpers import counts_text, escape_control
from dtmodels.lint.lint_report import LintReport
from dtmodels.lint.rule import Finding
from dtmodels.pages.markdown import code, table, text

_MAX_ROWS = 1000
"""GitHub refuses a summary of more than one MiB; so many rows stay below it."""


def render(report: LintReport) -> str:
    """A heading with the counts, and one row a finding."""
    heading = f"## Model cards: {counts_text(report.findings)}\n"
    if not report.findings:
        return heading
    rows = [_row(finding) for finding in report.findings[:_MAX_ROWS]]
    left = len(report.findings) - _MAX_ROWS
    rest = f"\n{left} more are not shown here.\n" if left > 0 else ""
    return f"{heading}\n{table(['', 'rule', 'where', 'what', 'what to do'], rows)}{rest}"


def _row(finding: Finding) -> list[str]:
    place = f"{finding.path}:{finding.line}:{finding.column}"
    return [
        finding.severity,
        finding.rule,
        code(escape_control(place)),
        text(escape_control(finding.message)[:400]),
        text(escape_control(finding.fix)[:400]),
    ]
