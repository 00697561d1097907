"""Generated sections of a hand-written page, between two markers on lines of their own."""

from __future__ import annotations

from dtbase.system.errors import Failure


def replace_section(text: str, begin: str, end: str, inside: str, where: str) -> str:
    """Return the page with the text between the markers replaced.

    Args:
        text: the page.
        begin: the opening marker.
        end: the closing marker.
        inside: the new text; ends with a line break.
        where: name of the page, for the message.

    Raises:
        Failure: a marker is missing.
    """
    before, opened, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not opened or not closed:
        missing = f"has '{begin}' but no '{end}' after it" if opened else f"has no '{begin}'"
        fix = "add the closing marker" if opened else f"add it, and '{end}' below it"
        raise Failure(missing, where=where, fix=fix)
    return f"{before}{begin}\n{inside}{end}{after}"
