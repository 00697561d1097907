"""Reports of a verdict, as a text tree and as JSON; printed by `dtmodels licence`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dtmodels.licence.openness import data_status, is_free_software, is_osi_approved, made_for
from dtmodels.licence.verdict import Part, Verdict

JSON_VERSION = 1
_OPERATOR_TEXTS = {"and": "all of these apply", "or": "one of these may be chosen", "licence": ""}
_READING_TEXTS = {
    "page": "the authority's page was read",
    "quoted": "the authority was read in a quotation",
    "section": "the authority's list was read in a copy",
    "data": "the authority's published data were read",
    "own": "no authority has ruled; the verdict is derived from the licence text",
    "recalled": "recalled from memory; read the page before relying on it",
}


def text_report(verdict: Verdict) -> str:
    """The verdict, its problems, and every part with its reason and authority."""
    lines = [f"{verdict.status}: {verdict.expression}" if verdict.expression.strip() else verdict.status]
    for problem in verdict.problems:
        marker = "^" * max(1, min(problem.end, 100) - problem.start)
        if problem.start < 100 and verdict.expression.isascii():
            lines.append(f"{' ' * (len(verdict.status) + 2 + problem.start)}{marker}")
        lines += [f"  {problem.what}", f"  fix: {problem.fix}"]
    if verdict.tree and verdict.status != "invalid":
        lines += _tree_lines(verdict.tree, "", "")
        lines += _openness_lines(verdict, verdict.tree)
    return "\n".join(_escape(line) for line in lines)


def json_value(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON values; `version` changes if a key is removed or changes its meaning."""
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
            {name: getattr(problem, name) for name in ("kind", "what", "fix", "start", "end")}
            for problem in verdict.problems
        ],
        "tree": _json_part(verdict.tree) if verdict.tree else None,
    }


def _escape(line: str) -> str:
    """Escape the control characters of a line."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in line)


def _tree_lines(part: Part, first: str, rest: str) -> Iterator[str]:
    if part.how != "licence":
        yield f"{first}{part.status}: {_OPERATOR_TEXTS[part.how]}"
        for inner in part.parts:
            last = inner is part.parts[-1]
            yield from _tree_lines(inner, f"{rest}{'└─ ' if last else '├─ '}", f"{rest}{'   ' if last else '│  '}")
        return
    yield f"{first}{part.status}: {part.text}"
    yield f"{rest}     {part.reason}"
    if part.row:
        if part.row.condition and part.status == "conditional":
            yield f"{rest}     condition: {part.row.condition}"
        if part.row.note:
            yield f"{rest}     note: {part.row.note}"
        yield f"{rest}     {part.authority}: {part.url}"
        yield f"{rest}     {part.row.certainty}; {_READING_TEXTS[part.row.read]}; reviewed {part.row.reviewed}"


def _openness_lines(verdict: Verdict, tree: Part) -> Iterator[str]:
    """The openness of what was chosen; of each alternative if none can be chosen."""
    if verdict.chosen:
        yield f"chosen: {verdict.chosen}"
        yield _openness(verdict.chosen)
    elif verdict.has_choice:
        yield "chosen: none, because no alternative is compatible"
        alternatives = [part.text for part in (tree.parts if tree.how == "or" else tree.leaves())]
        yield from (f"{text}: {_openness(text)}" for text in dict.fromkeys(alternatives))
    else:
        yield _openness(verdict.expression)


def _openness(expression: str) -> str:
    def yes_no(value: bool) -> str:
        return "yes" if value else "no"

    return (
        f"OSI-approved: {yes_no(is_osi_approved(expression))}; free: {yes_no(is_free_software(expression))}; "
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
