"""GitHub's patterns for branches, tags and paths: `*` matches within a path component, `**` beyond, `!` excludes."""

from __future__ import annotations

import re
from collections.abc import Sequence

TOKENS = re.compile(r"\*\*/|\*\*|\*|\[[^\]]*\]|[?+]|\\.|[^*?+\[\\]+", re.DOTALL)
MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
"""`?` and `+` are quantifiers, as in a regular expression."""


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Return True if the last matching pattern is not an exclusion."""
    included = False
    for pattern in patterns:
        if re.fullmatch(_expression(pattern.removeprefix("!")), name, re.DOTALL):
            included = not pattern.startswith("!")
    return included


def _expression(pattern: str) -> str:
    parts = []
    for token in TOKENS.findall(pattern):
        if token in MEANING or token.startswith("["):
            parts.append(MEANING.get(token, token))
        else:
            # One character at a time: a following `?` or `+` applies to the last character only.
            parts.extend(re.escape(character) for character in token.removeprefix("\\"))
    return "".join(parts)
