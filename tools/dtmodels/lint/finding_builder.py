"""Builders of findings: add the position in the file and the edits of a fix. Called by the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dtmodels.card.reader import CardReading
from dtmodels.card.source_edits import edit_for_change
from dtmodels.lint.rule import Finding, Rule, RuleResult
from dtmodels.yaml.document import ReadProblem, SourceChange, Span, locate, locate_part

_FILE_START = Span(1, 1, 1)


def finding_from_problem(rule: Rule, problem: ReadProblem, path: Path, root: Path, reading: CardReading) -> Finding:
    """Build a finding from a problem of the card reader."""
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


def finding_from_result(rule: Rule, result: RuleResult, path: Path, root: Path, reading: CardReading | None) -> Finding:
    """Build a finding from the result of a rule; without a reading it refers to a whole file."""
    span = _span(result, reading)
    return Finding(
        rule=rule.id,
        severity=result.severity or rule.severity,
        path=(result.path or path).relative_to(root).as_posix(),
        line=span.line,
        column=span.column,
        end=span.end,
        message=result.what,
        fix=result.fix,
        hard=rule.hard or result.hard,
        **({"fixable": "safe"} if result.generated else _fix_fields(result.change, reading)),
    )


def _span(result: RuleResult, reading: CardReading | None) -> Span:
    if result.span:
        return result.span
    if result.path:
        return Span(result.line, 1, 1)
    if not reading or not reading.root:
        return _FILE_START
    return locate_part(reading.root, result.where, *result.part) if result.part else locate(reading.root, result.where)


def _fix_fields(change: SourceChange | None, reading: CardReading | None) -> dict[str, Any]:
    """The fields `fixable` and `edits` of a finding."""
    text_edit = edit_for_change(reading.text, change) if change and reading else None
    return {"fixable": "safe" if change and change.safe else "unsafe", "edits": (text_edit,)} if text_edit else {}
