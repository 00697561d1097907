"""Findings from what the reader and the rules say: the place in the file, and how a program would correct it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dtmodels.card.reader import CardReading
from dtmodels.card.source_edits import edit_for_change
from dtmodels.lint.rule import Finding, Rule, RuleResult
from dtmodels.yaml.document import ReadProblem, SourceChange, Span, locate, locate_part

_TOP = Span(1, 1, 1)


def of_problem(rule: Rule, problem: ReadProblem, path: Path, root: Path, reading: CardReading) -> Finding:
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
        **_correction(problem.change, reading),
    )


def of_remark(rule: Rule, remark: RuleResult, path: Path, root: Path, reading: CardReading | None) -> Finding:
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
        **({"fixable": "safe"} if remark.generated else _correction(remark.change, reading)),
    )


def _span(remark: RuleResult, reading: CardReading | None) -> Span:
    if remark.span:
        return remark.span
    if remark.path:
        return Span(remark.line, 1, 1)
    if not reading or not reading.root:
        return _TOP
    return locate_part(reading.root, remark.where, *remark.part) if remark.part else locate(reading.root, remark.where)


def _correction(change: SourceChange | None, reading: CardReading | None) -> dict[str, Any]:
    """How a finding's change edits the text of its card."""
    made = edit_for_change(reading.text, change) if change and reading else None
    return {"fixable": "safe" if change and change.safe else "unsafe", "edits": (made,)} if made else {}
