"""Words that several formats share, and text that neither a terminal nor a log obeys."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from dtbase.text.plural import pluralise
from dtmodels.lint.rule import Finding, Severity
from dtmodels.yaml.document import HIDDEN

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


def severity_counts(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings there are of each severity."""
    found = Counter(finding.severity for finding in findings)
    return {severity: found[severity] for severity in SEVERITIES}


def counts_text(findings: Sequence[Finding]) -> str:
    """How many findings there are, in words: `2 errors, 1 warning`."""
    words = [pluralise(count, kind) for kind, count in severity_counts(findings).items() if count]
    return ", ".join(words) or "no findings"


def escape_control(text: str) -> str:
    """`text` on one line, with escapes for what cannot be seen and for what a terminal or a log would obey."""
    escaped = HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    return escaped.replace("\r", "\\r").replace("\n", "\\n").replace("\t", " ").replace("##[", "## [")


def escape_json(text: str) -> str:
    """JSON text that means the same, in which no log finds a command or a line break of its own."""
    escaped = HIDDEN.sub(lambda found: json.dumps(found[0])[1:-1], text)
    return escaped.replace("##[", "#\\u0023[")
