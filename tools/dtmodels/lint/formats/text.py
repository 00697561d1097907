"""Text format for terminals: each finding with its source line and a marker below the affected characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from dtmodels.lint.format_helpers import counts_text, escape_control
from dtmodels.lint.lint_report import LintReport
from dtmodels.lint.rule import Finding
from dtmodels.lint.rule_page import rule_reference
from dtmodels.yaml.document import MAX_DOCUMENT_BYTES

_WIDTH = 100


def render(report: LintReport) -> str:
    """The findings with references to their rules, and their number."""
    details = text_report(report.findings, report.root, why=lambda rule_id: rule_reference(rule_id, report.root))
    fixable = sum(1 for finding in report.findings if finding.fixable)
    offer = f" ({fixable} can be fixed with --fix or --unsafe-fixes)" if fixable else ""
    return f"{details}\n\n{counts_text(report.findings)}{offer}\n" if details else f"{counts_text(report.findings)}\n"


def text_report(findings: Sequence[Finding], root: Path, *, why: Callable[[str], str] | None = None) -> str:
    """Findings as text; `why` maps a rule id to the reference printed after each finding."""

    @cache
    def lines(path: str) -> list[str]:
        file = root / path
        if not file.is_file():
            return []
        with file.open("rb") as opened:
            return re.split(r"\r\n|\r|\n", opened.read(MAX_DOCUMENT_BYTES).decode("utf-8-sig", errors="replace"))

    return "\n\n".join(
        "\n".join([*_block(finding, lines(finding.path)), *([f"   = why: {why(finding.rule)}"] if why else [])])
        for finding in findings
    )


def _block(finding: Finding, lines: Sequence[str]) -> list[str]:
    head = [
        f"{finding.severity}[{finding.rule}]: {escape_control(finding.message)}",
        f"  --> {escape_control(finding.path)}:{finding.line}:{finding.column}",
    ]
    tail = [f"   = fix: {escape_control(finding.fix)}"]
    if finding.end <= finding.column or finding.line > len(lines):
        return head + tail
    source = lines[finding.line - 1]
    start = max(0, finding.column - 1 - _WIDTH // 2) if len(source) > _WIDTH else 0
    before, affected = source[start : finding.column - 1], source[finding.column - 1 : finding.end - 1]
    after = source[finding.end - 1 :]
    excerpt = escape_control(before + affected + after)[:_WIDTH]
    offset = len(escape_control(before))
    width = max(1, min(len(escape_control(affected)), _WIDTH - offset))
    margin = " " * len(str(finding.line))
    return [*head, f"{finding.line} | {excerpt.rstrip()}", f"{margin} | {' ' * offset}{'^' * width}", *tail]
