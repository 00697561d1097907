"""Differences between a generated file and the text it should have, for people to read."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from itertools import islice, zip_longest

_AROUND = 30
"""Characters of a line that are shown before its first difference."""
_SHOWN = 90
"""Characters of a line that are shown at most."""
_MAX_LINES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first line that differs, counted from 1, with excerpts around the difference; None past the last line."""

    line: int
    actual: str | None
    expected: str | None


def first_difference(actual: str, expected: str) -> Difference | None:
    """Find the first line that differs; None if the texts differ in their line ends only."""
    for number, pair in enumerate(zip_longest(actual.splitlines(), expected.splitlines()), 1):
        if pair[0] != pair[1]:
            start = _excerpt_start(pair[0] or "", pair[1] or "")
            actual_line, expected_line = (None if line is None else _excerpt(line, start) for line in pair)
            return Difference(line=number, actual=actual_line, expected=expected_line)
    return None


def diff_lines(actual: str, expected: str) -> list[str]:
    """The changes from `actual` to `expected` as lines that begin with `-`, `+` or `@@`, cut to a screen."""
    changes = difflib.unified_diff(actual.splitlines(), expected.splitlines(), n=0, lineterm="")
    lines = list(islice(changes, 2, None))  # the first two lines name the files
    shown = [_change_excerpt(lines, index) for index in range(min(len(lines), _MAX_LINES))]
    return [*shown, f"… {len(lines) - _MAX_LINES} more lines"] if len(lines) > _MAX_LINES else shown


def _change_excerpt(lines: list[str], index: int) -> str:
    """One line of a diff; where a line replaces the one before, both are cut around their first difference."""
    line = lines[index]
    if line.startswith("@@"):
        return line
    pair = index + 1 if line[0] == "-" else index - 1
    other = lines[pair][1:] if 0 <= pair < len(lines) and lines[pair][0] in "+-" else ""
    return line[0] + _excerpt(line[1:], _excerpt_start(line[1:], other) if other else 0)


def _excerpt_start(first: str, second: str) -> int:
    same = next((index for index, pair in enumerate(zip_longest(first, second)) if pair[0] != pair[1]), 0)
    return max(0, same - _AROUND)


def _excerpt(line: str, start: int) -> str:
    before, after = "…" if start else "", "…" if len(line) > start + _SHOWN else ""
    return f"{before}{line[start : start + _SHOWN]}{after}"
