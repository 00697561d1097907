"""Helpers shared by the report formats: counts of findings, and escaping of control characters."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from dtbase.text.plural import pluralise
from dtmodels.lint.rule import Finding, Severity
from dtmodels.yaml.document import HIDDEN_CHARACTERS

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


def severity_counts(findings: Sequence[Finding]) -> dict[str, int]:
    """Number of findings of each severity."""
    counter = Counter(finding.severity for finding in findings)
    return {severity: counter[severity] for severity in SEVERITIES}


def counts_text(findings: Sequence[Finding]) -> str:
    """Number of findings as text: `2 errors, 1 warning`."""
    words = [pluralise(count, kind) for kind, count in severity_counts(findings).items() if count]
    return ", ".join(words) or "no findings"


def escape_control(text: str) -> str:
    """Put `text` on one line and escape hidden characters and workflow commands."""
    escaped = HIDDEN_CHARACTERS.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
    return escaped.replace("\r", "\\r").replace("\n", "\\n").replace("\t", " ").replace("##[", "## [")


def escape_json(text: str) -> str:
    """Escape hidden characters and workflow commands in JSON text without changing its value."""
    escaped = HIDDEN_CHARACTERS.sub(lambda match: json.dumps(match[0])[1:-1], text)
    return escaped.replace("##[", "#\\u0023[")
