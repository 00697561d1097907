"""Text of unknown origin, made safe to print: a terminal obeys control characters."""

from __future__ import annotations

MAX_CHARACTERS = 2000


def printable(text: str) -> str:
    r"""Return the text on one line, without its end if it is long; control and invisible characters become `\x1b`."""
    shown = text if len(text) <= MAX_CHARACTERS else f"{text[:MAX_CHARACTERS]}..."
    return shown if shown.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in shown)
