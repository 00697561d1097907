"""Show findings: to people with the line they are about, to programs as JSON, to GitHub as annotations."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path

from dtbase.console import Console
from dtbase.files import json_text
from dtmodels.lint.rule import Finding
from dtmodels.yaml_document import HIDDEN, MOST_BYTES

JSON_VERSION = 1
_WIDTH = 100


def lint_and_report(
    root: Path, ids: Collection[str], select: Collection[str], console: Console, *, as_json: bool
) -> int:
    """Lint and print the findings; annotate the pull request too when GitHub runs it.

    Returns:
        1 when there is an error, else 0: warnings do not fail.
    """
    from dtmodels.lint.engine import lint

    findings = lint(root, ids, select)
    if as_json:
        console.say(json_report(findings).rstrip())
    else:
        if findings:
            console.say(text_report(findings, root))
        console.say(counted(findings))
        if os.environ.get("GITHUB_ACTIONS") == "true":
            for line in github_annotations(findings):
                console.say(line)
    return int(any(finding.severity == "error" for finding in findings))


def text_report(findings: Sequence[Finding], root: Path) -> str:
    """Findings for a person, each with its source line and a mark below the place."""

    @cache
    def lines(path: str) -> list[str]:
        file = root / path
        if not file.is_file():
            return []
        with file.open("rb") as opened:
            return re.split(r"\r\n|\r|\n", opened.read(MOST_BYTES).decode("utf-8-sig", errors="replace"))

    return "\n\n".join("\n".join(_block(finding, lines(finding.path))) for finding in findings)


def json_report(findings: Sequence[Finding]) -> str:
    """Findings as JSON; `version` changes when a key changes its meaning or goes."""
    counts = Counter(finding.severity for finding in findings)
    return json_text(
        {
            "version": JSON_VERSION,
            "counts": {severity: counts[severity] for severity in ("error", "warning", "info")},
            "findings": [asdict(finding) for finding in findings],
        }
    )


def github_annotations(findings: Sequence[Finding]) -> list[str]:
    """Findings as GitHub workflow commands; nothing in a card can end one and start another."""
    kinds = {"error": "error", "warning": "warning", "info": "notice"}
    return [
        f"::{kinds[finding.severity]} file={_property(finding.path)},line={finding.line},col={finding.column},"
        f"endColumn={max(finding.end - 1, finding.column)},title={_property(finding.rule)}"
        f"::{_data(f'{finding.message}; {finding.fix}')}"
        for finding in findings
    ]


def counted(findings: Sequence[Finding]) -> str:
    """How many findings there are, in words: `2 errors, 1 warning`."""
    counts = Counter(finding.severity for finding in findings)
    words = [
        f"{count} {kind}{'s' if count > 1 else ''}" for kind in ("error", "warning", "info") if (count := counts[kind])
    ]
    return ", ".join(words) or "no findings"


def _block(finding: Finding, lines: Sequence[str]) -> list[str]:
    head = [
        f"{finding.severity}[{finding.rule}]: {visible(finding.message)}",
        f"  --> {visible(finding.path)}:{finding.line}:{finding.column}",
    ]
    tail = [f"   = fix: {visible(finding.fix)}"]
    if finding.end <= finding.column or finding.line > len(lines):
        return head + tail
    source = lines[finding.line - 1]
    start = max(0, finding.column - 1 - _WIDTH // 2) if len(source) > _WIDTH else 0
    before, marked = source[start : finding.column - 1], source[finding.column - 1 : finding.end - 1]
    after = source[finding.end - 1 :]
    shown = visible(before + marked + after)[:_WIDTH]
    offset = len(visible(before))
    width = max(1, min(len(visible(marked)), _WIDTH - offset))
    margin = " " * len(str(finding.line))
    return [*head, f"{finding.line} | {shown.rstrip()}", f"{margin} | {' ' * offset}{'^' * width}", *tail]


def visible(text: str) -> str:
    """`text` on one line, with escapes for what cannot be seen and for what a terminal or a log would obey."""
    escaped = HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    return escaped.replace("\r", "\\r").replace("\n", "\\n").replace("\t", " ").replace("##[", "## [")


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
