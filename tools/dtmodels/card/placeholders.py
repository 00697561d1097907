"""Placeholders that `new` and `import` write for facts that are not known, and their detection in cards."""

from __future__ import annotations

import re

TODO = "TODO"
"""Start of a placeholder text. Lint reports placeholders, as an error in a released card."""
PLACEHOLDER_URL = "https://example.org/"
PLACEHOLDER_COMMIT = "0" * 40

_WORDS = r"to ?do|tb[dc]|fixme|fill[ -]?in|placeholder|lorem ipsum"
_RESERVED = r"https://([^/]+\.)?(example\.(org|com|net)|[^/.]+\.(example|invalid|test))(/.*)?"
_PLACEHOLDER = re.compile(
    rf"(?is)\s*(({_WORDS})\b.*|n/?a|x{{3,}}|\?+|\.{{1,3}}|[…·•_‐-―−-]+|<[^<>]+>|your .* here|{_RESERVED}|0{{40}})\s*"
)


def is_placeholder(text: str) -> bool:
    """True if `text` is a placeholder: `TODO`, `...`, a URL of example.org, a commit of zeros."""
    return _PLACEHOLDER.fullmatch(text) is not None
