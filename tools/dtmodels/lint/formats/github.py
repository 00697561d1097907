"""GitHub format: workflow commands that annotate lines. Text of a card is escaped, so it cannot be a command."""

from __future__ import annotations

from dtmodels.lint.format_helpers import SEVERITIES, escape_control
from dtmodels.lint.lint_report import LintReport
from dtmodels.lint.rule import Finding

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: LintReport) -> str:
    """One command per finding, errors first, because GitHub displays only ten of each kind."""
    ordered = sorted(report.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    return "".join(f"{_annotation(finding)}\n" for finding in ordered)


def _annotation(finding: Finding) -> str:
    properties = {
        "file": _escape_property(finding.path),
        "line": finding.line,
        "col": finding.column,
        "endColumn": max(finding.end - 1, finding.column),
        "title": _escape_property(finding.rule),
    }
    listed = ",".join(f"{name}={value}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {listed}::{_escape_data(f'{finding.message}; {finding.fix}')}"


def _escape_data(text: str) -> str:
    return escape_control(text).replace("%", "%25")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
