"""GitHub's patterns for branches, tags and paths: `*` stays in one part of a name, `**` does not, `!` takes back."""

from __future__ import annotations

import re
from collections.abc import Sequence

TOKENS = re.compile(r"\*\*/|\*\*|\*|\[[^\]]*\]|[?+]|\\.|[^*?+\[\\]+", re.DOTALL)
MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
"""`?` and `+` say how often what stands before them may come: here they mean the same as in a regular expression."""


def fits(name: str, patterns: Sequence[str]) -> bool:
    """Whether the last pattern that speaks about `name` takes it."""
    taken = False
    for pattern in patterns:
        if re.fullmatch(_expression(pattern.removeprefix("!")), name, re.DOTALL):
            taken = not pattern.startswith("!")
    return taken


def _expression(pattern: str) -> str:
    found = []
    for token in TOKENS.findall(pattern):
        if token in MEANING or token.startswith("["):
            found.append(MEANING.get(token, token))
        else:
            # One character at a time: a `?` or `+` that follows means the last one only.
            found.extend(re.escape(character) for character in token.removeprefix("\\"))
    return "".join(found)
