"""Markdown from untrusted text: cards are written by anybody, so nothing in them may become markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

ACTIVE = re.compile(r"([\\`*_{}\[\]<>|#~&$])")
OPENING = re.compile(r"^(?=::|[-+](?:\s|$)|--|=)|^[0-9]+(?=[.)](?:\s|$))")
"""Where a line would begin a list, a heading or a rule; or, printed on a runner, a command."""


def text(value: str) -> str:
    """`value` as plain text on one line: every character that could start markup is escaped.

    What GitHub makes of plain text stays: an address, or a name after @, may become a link to what it says.
    """
    return OPENING.sub(lambda found: found[0] + "\\", ACTIVE.sub(r"\\\1", " ".join(value.split())))


def code(value: str) -> str:
    """`value` as inline code; backticks and bars, which would end it or split a table, are left out."""
    return "`" + " ".join(value.replace("`", "").replace("|", "/").split()) + "`"


def link(label: str, url: str) -> str:
    """A link when `url` is plain https, else only the label."""
    if re.fullmatch(r"https://[A-Za-z0-9._~:/?#@!$&'*+,;=%-]+", url):
        return f"[{text(label)}]({url})"
    return text(label)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are markdown already."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"
