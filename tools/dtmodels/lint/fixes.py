"""Correct cards in place: whole files or none, and only at the exact places findings name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from dtbase.system.files import write_bytes, write_text
from dtmodels.card.source_edits import apply
from dtmodels.lint.rule import Finding
from dtmodels.yaml.document import Unreadable, compose, decode

_MAX_ROUNDS = 10
"""One correction can bring another into view; this many rounds end any dispute between two rules."""
_BOM = b"\xef\xbb\xbf"


def apply_fixes(root: Path, find: Callable[[], Sequence[Finding]], *, unsafe: bool) -> list[str]:
    """Correct what can be corrected, look again, and go on until nothing is left to do.

    Args:
        root: the model repository.
        find: lints it.
        unsafe: make corrections that need a second look, too.

    Returns:
        The files that were written, relative to `root`, sorted.
    """
    written: set[str] = set()
    for _ in range(_MAX_ROUNDS):
        wanted = [finding for finding in find() if finding.fixable == "safe" or (unsafe and finding.fixable)]
        now = {
            path
            for path in {finding.path for finding in wanted}
            if _apply_edits(root / path, _fixable_in(path, wanted))
        }
        if not now and any(not finding.edits for finding in wanted):
            now = _write_generated(root)
        if not now:
            break
        written |= now
    return sorted(written)


def _fixable_in(path: str, findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.path == path and finding.edits]


def _apply_edits(path: Path, findings: Sequence[Finding]) -> bool:
    """Whether a card was written with its corrections; one that could not be read any more is left as it was."""
    if not findings:
        return False
    data = path.read_bytes()
    text = apply(decode(data), (edit for finding in findings for edit in finding.edits))
    new = (_BOM if data.startswith(_BOM) else b"") + text.encode()
    if new == data or not _is_readable(new):
        return False
    write_bytes(path, new)
    return True


def _is_readable(data: bytes) -> bool:
    try:
        compose(decode(data))
    except Unreadable:
        return False
    return True


def _write_generated(root: Path) -> set[str]:
    """Write generated files again; cards come first, for they decide what is generated."""
    from dtmodels.lint.rule_pages import stale_pages
    from dtmodels.pages.generate import stale

    found = [*stale(root), *stale_pages(root)]
    for path, content in found:
        write_text(path, content)
    return {path.relative_to(root).as_posix() for path, _ in found}
