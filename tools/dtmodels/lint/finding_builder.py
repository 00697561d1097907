"""Findings from what the reader and the rules say: the place in the file, and how a program would correct it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dtmodels.card.reader import Reading
from dtmodels.card.source_edits import edit
from dtmodels.lint.rule import Finding, Rule, RuleResult
from dtmodels.yaml.document import Change, ReadProblem, Span, locate, locate_part

_FILE_START = Span(1, 1, 1)


def finding_from_problem(rule: Rule, problem: ReadProblem, path: Path, root: Path, reading: Reading) -> Finding:
    """What the reader of cards met, under the name of its rule."""
    return Finding(
        rule=rule.id,
        severity=problem.severity,
        path=path.relative_to(root).as_posix(),
        line=problem.span.line,
        column=problem.span.column,
        end=problem.span.end,
        message=problem.what,
        fix=problem.fix,
        hard=rule.hard,
        **_fix_fields(problem.change, reading),
    )


def finding_from_result(rule: Rule, remark: RuleResult, path: Path, root: Path, reading: Reading | None) -> Finding:
    """What a rule said, at its place; without a reading it is about a file as a whole."""
    span = _span(remark, reading)
    return Finding(
        rule=rule.id,
        severity=remark.severity or rule.severity,
        path=(remark.path or path).relative_to(root).as_posix(),
        line=span.line,
        column=span.column,
        end=span.end,
        message=remark.what,
        fix=remark.fix,
        hard=rule.hard or remark.hard,
        **({"fixable": "safe"} if remark.generated else _fix_fields(remark.change, reading)),
    )


def _span(remark: RuleResult, reading: Reading | None) -> Span:
    if remark.span:
        return remark.span
    if remark.path:
        return Span(remark.line, 1, 1)
    if not reading or not reading.root:
        return _FILE_START
    return locate_part(reading.root, remark.where, *remark.part) if remark.part else locate(reading.root, remark.where)


def _fix_fields(change: Change | None, reading: Reading | None) -> dict[str, Any]:
    """How a finding's change edits the text of its card."""
    made = edit(reading.text, change) if change and reading else None
    return {"fixable": "safe" if change and change.safe else "unsafe", "edits": (made,)} if made else {}
