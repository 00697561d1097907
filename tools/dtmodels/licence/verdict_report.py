"""Show a verdict: as a small tree for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dtmodels.licence.openness import data_status, is_free_software, is_osi_approved, made_for
from dtmodels.licence.verdict import Part, Verdict

JSON_VERSION = 1
_HOW = {"and": "all of these hold", "or": "one of these may be chosen", "licence": ""}
_READ = {
    "page": "its page was read",
    "quoted": "its words were read where others quote them",
    "section": "its list was read in a copy",
    "data": "its published data were read",
    "own": "no authority has spoken; the licence's text was judged",
    "recalled": "from memory; read the page before relying on it",
}


def text_report(verdict: Verdict) -> str:
    """The verdict, what is wrong with the words, and every part with its reason and authority."""
    lines = [f"{verdict.status}: {verdict.expression}" if verdict.expression.strip() else verdict.status]
    for problem in verdict.problems:
        mark = "^" * max(1, min(problem.end, 100) - problem.start)
        if problem.start < 100 and verdict.expression.isascii():
            lines.append(f"{' ' * (len(verdict.status) + 2 + problem.start)}{mark}")
        lines += [f"  {problem.what}", f"  fix: {problem.fix}"]
    if verdict.tree and verdict.status != "invalid":
        lines += _tree(verdict.tree, "", "")
        lines += [f"chosen: {verdict.chosen}"] if verdict.chosen else []
        lines.append(_openness(verdict.expression))
    return "\n".join(_visible(line) for line in lines)


def json_value(verdict: Verdict) -> dict[str, Any]:
    """The verdict as plain values; `version` changes when a key changes its meaning or goes."""
    return {
        "version": JSON_VERSION,
        "expression": verdict.expression,
        "verdict": verdict.status,
        "chosen": verdict.chosen,
        "osi_approved": is_osi_approved(verdict.expression),
        "free_software": is_free_software(verdict.expression),
        "as_data": data_status(verdict.expression),
        "made_for": sorted(made_for(verdict.expression)),
        "problems": [
            {"kind": found.kind, "what": found.what, "fix": found.fix, "start": found.start, "end": found.end}
            for found in verdict.problems
        ],
        "tree": _json_part(verdict.tree) if verdict.tree else None,
    }


def _visible(line: str) -> str:
    """`line` with escapes for what a terminal would obey."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in line)


def _tree(part: Part, first: str, rest: str) -> Iterator[str]:
    if part.how != "licence":
        yield f"{first}{part.status}: {_HOW[part.how]}"
        for inner in part.parts:
            last = inner is part.parts[-1]
            yield from _tree(inner, f"{rest}{'└─ ' if last else '├─ '}", f"{rest}{'   ' if last else '│  '}")
        return
    yield f"{first}{part.status}: {part.text}"
    yield f"{rest}     {part.reason}"
    if part.row:
        if part.row.condition and part.status == "conditional":
            yield f"{rest}     condition: {part.row.condition}"
        if part.row.note:
            yield f"{rest}     note: {part.row.note}"
        yield f"{rest}     {part.authority}: {part.url}"
        yield f"{rest}     {part.row.certainty}; {_READ[part.row.read]}; reviewed {part.row.reviewed}"


def _openness(expression: str) -> str:
    def answer(yes: bool) -> str:
        return "yes" if yes else "no"

    return (
        f"OSI-approved: {answer(is_osi_approved(expression))}; free: {answer(is_free_software(expression))}; "
        f"as training data: {data_status(expression)}"
    )


def _json_part(part: Part) -> dict[str, Any]:
    value: dict[str, Any] = {"text": part.text, "start": part.start, "end": part.end, "verdict": part.status}
    if part.how != "licence":
        return {**value, "how": part.how, "parts": [_json_part(inner) for inner in part.parts]}
    value |= {"how": part.how, "reason": part.reason, "authority": part.authority, "url": part.url}
    if part.row:
        row = part.row
        value |= {"certainty": row.certainty, "read": row.read, "reviewed": row.reviewed, "kind": row.kind}
        value |= {"condition": row.condition, "note": row.note}
    return value
