"""For GitHub's runners: workflow commands that annotate the changed lines; nothing in a card can be one."""

from __future__ import annotations

from dtmodels.lint.format_helpers import SEVERITIES, visible
from dtmodels.lint.lint_report import LintReport
from dtmodels.lint.rule import Finding

_KINDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: LintReport) -> str:
    """One command a finding, errors first: GitHub shows ten of a kind and drops the rest."""
    ordered = sorted(report.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    return "".join(f"{_annotation(finding)}\n" for finding in ordered)


def _annotation(finding: Finding) -> str:
    return (
        f"::{_KINDS[finding.severity]} file={_property(finding.path)},line={finding.line},col={finding.column},"
        f"endColumn={max(finding.end - 1, finding.column)},title={_property(finding.rule)}"
        f"::{_data(f'{finding.message}; {finding.fix}')}"
    )


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
