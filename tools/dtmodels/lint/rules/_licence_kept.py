"""Whether a work made from another keeps the licence that one asks to be kept."""

from __future__ import annotations

from collections.abc import Iterator

from dtmodels.licence import Part, Verdict, licence_verdict

_FREE_TO_CHANGE = ("permissive", "public-domain")


def not_kept(source: Verdict, made: str) -> Iterator[Part]:
    """The licences of `source` that bind what is made from it, and that `made` neither names nor may replace.

    Nothing where either expression is invalid or not reviewed: other rules say so.
    """
    result = licence_verdict(made)
    if "invalid" in (source.status, result.status):
        return
    names = {part.row.id for part in result.applicable if part.row}
    unknown = any(part.row is None for part in result.applicable)
    for part in source.applicable:
        if part.row is None or part.row.kind in _FREE_TO_CHANGE or unknown:
            continue
        if not names & {part.row.id, *part.row.becomes}:
            yield part
