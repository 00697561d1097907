"""Detection of placeholder texts in cards."""

from __future__ import annotations

import re

_WORDS = r"to ?do|tb[dc]|fixme|fill[ -]?in|placeholder|lorem ipsum"
_RESERVED = r"https://([^/]+\.)?(example\.(org|com|net)|[^/.]+\.(example|invalid|test))(/.*)?"
_PLACEHOLDER = re.compile(
    rf"(?is)\s*(({_WORDS})\b.*|n/?a|x{{3,}}|\?+|\.{{3}}|…|-+|<[^<>]+>|your .* here|{_RESERVED}|0{{40}})\s*"
)


def is_placeholder(text: str) -> bool:
    """True if `text` is a placeholder: `TODO`, `...`, a URL of example.org, a commit of zeros."""
    return _PLACEHOLDER.fullmatch(text) is not None
