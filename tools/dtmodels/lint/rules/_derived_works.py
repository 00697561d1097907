"""Licences that a derived work must keep; used by LIC013 and LIC014."""

from __future__ import annotations

from collections.abc import Iterator

from dtmodels.licence import Part, Verdict, licence_verdict

_NOT_BINDING = ("permissive", "public-domain")


def violated_licences(source: Verdict, derived: str) -> Iterator[Part]:
    """Licences of `source` that bind derived works, and that the expression `derived` neither names nor may replace.

    Nothing if either expression is invalid or not reviewed; other rules report that.
    """
    result = licence_verdict(derived)
    if "invalid" in (source.status, result.status):
        return
    names = {part.row.id for part in result.applicable if part.row}
    unknown = any(part.row is None for part in result.applicable)
    for part in source.applicable:
        if part.row is None or part.row.kind in _NOT_BINDING or unknown:
            continue
        if not names & {part.row.id, *part.row.becomes}:
            yield part
