"""For programs: `schema/lint-report-v1.schema.json` is the contract; `version` changes when a key changes or goes."""

from __future__ import annotations

from dataclasses import asdict

from dtbase.system.files import json_text
from dtmodels.lint.format_helpers import escape_json, severity_counts
from dtmodels.lint.lint_report import LintReport

VERSION = 1


def render(report: LintReport) -> str:
    """The findings with all their fields, and how many there are of each severity."""
    findings = [asdict(finding) for finding in report.findings]
    value = {
        "version": VERSION,
        "profile": report.profile,
        "counts": severity_counts(report.findings),
        "findings": findings,
    }
    return escape_json(json_text(value))
