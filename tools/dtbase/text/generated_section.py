"""Generated text inside a page that people write: between two marks, each on a line of its own."""

from __future__ import annotations

from dtbase.system.errors import Failure


def replace_section(text: str, begin: str, end: str, inside: str, where: str) -> str:
    """The page with `inside` between the marks, in the place of what stood there.

    Args:
        text: of the page.
        begin: the first mark.
        end: the second one.
        inside: ends with a line break.
        where: the page, for the message.

    Raises:
        Failure: a mark is missing.
    """
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        missing = f"has '{begin}' but no '{end}' after it" if found else f"has no '{begin}'"
        raise Failure(missing, where=where, fix="add the closing marker" if found else f"add it, and '{end}' below it")
    return f"{before}{begin}\n{inside}{end}{after}"
