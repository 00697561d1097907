"""JSON format, defined by `schema/lint-report-v1.schema.json`; `version` changes if a key changes or is removed."""

from __future__ import annotations

from dataclasses import asdict

from dtbase.system.files import json_text
from dtmodels.lint.format_helpers import escape_json, severity_counts
from dtmodels.lint.lint_report import LintReport

VERSION = 1


def render(report: LintReport) -> str:
    """All findings with their fields, and the number of each severity."""
    findings = [asdict(finding) for finding in report.findings]
    value = {
        "version": VERSION,
        "profile": report.profile,
        "counts": severity_counts(report.findings),
        "findings": findings,
    }
    return escape_json(json_text(value))
