"""Markdown from untrusted text: pull requests can change cards, so no text of a card may become markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

ACTIVE = re.compile(r"([\\`*_{}\[\]<>|#~&$])")
OPENING = re.compile(r"^(?=::|[-+](?:\s|$)|--|=)|^[0-9]+(?=[.)](?:\s|$))")
"""Start of a line that begins a list, a heading or a rule; or a workflow command, when a GitHub runner prints it."""


def text(value: str) -> str:
    """`value` as plain text on one line, with every character escaped that could start markup.

    GitHub may still turn a URL, or a name after @, into a link.
    """
    return OPENING.sub(lambda match: match[0] + "\\", ACTIVE.sub(r"\\\1", " ".join(value.split())))


def code(value: str) -> str:
    """`value` as inline code, without backticks, which would end it, and with / for bars, which would split a table."""
    return "`" + " ".join(value.replace("`", "").replace("|", "/").split()) + "`"


def link(label: str, url: str) -> str:
    """A link where `url` is a plain https URL, else only the label."""
    if re.fullmatch(r"https://[A-Za-z0-9._~:/?#@!$&'*+,;=%-]+", url):
        return f"[{text(label)}]({url})"
    return text(label)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown already."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"
