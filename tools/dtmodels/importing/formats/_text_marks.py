"""Marks that tell a format by its text alone, so that a file of any size and syntax is recognised."""

from __future__ import annotations

import re

from dtmodels.importing.source import Source


def has_marks(source: Source, *patterns: str) -> bool:
    """Return whether the text has all these patterns; `^` is the start of a line. A page with front matter has none."""
    return source.front_matter is None and all(re.search(one, source.text, re.MULTILINE) for one in patterns)
