"""Autofix: applies the edits of findings to cards, one whole file at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from dtbase.system.files import write_bytes, write_text
from dtmodels.card.source_edits import apply_edits
from dtmodels.lint.rule import Finding
from dtmodels.yaml.document import UnreadableDocument, compose_document, decode_document

_MAX_ROUNDS = 10
"""Maximum number of rounds. A fix can expose another finding; the limit ends a conflict between two rules."""
_BOM = b"\xef\xbb\xbf"


def apply_fixes(root: Path, find: Callable[[], Sequence[Finding]], *, unsafe: bool) -> list[str]:
    """Apply all fixes and lint again, until no fixable finding is left.

    Args:
        root: the model repository.
        find: lints the repository.
        unsafe: also apply fixes that need a review.

    Returns:
        The written files, relative to `root`, sorted.
    """
    written: set[str] = set()
    for _ in range(_MAX_ROUNDS):
        fixable = [finding for finding in find() if finding.fixable == "safe" or (unsafe and finding.fixable)]
        paths = {finding.path for finding in fixable}
        changed = {path for path in paths if _apply_edits(root / path, _fixable_in(path, fixable))}
        if not changed and any(not finding.edits for finding in fixable):
            changed = _write_generated(root)
        if not changed:
            break
        written |= changed
    return sorted(written)


def _fixable_in(path: str, findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.path == path and finding.edits]


def _apply_edits(path: Path, findings: Sequence[Finding]) -> bool:
    """Write a card with its edits; return False if nothing changes or the result would be unreadable."""
    if not findings:
        return False
    data = path.read_bytes()
    text = apply_edits(decode_document(data), (edit for finding in findings for edit in finding.edits))
    new = (_BOM if data.startswith(_BOM) else b"") + text.encode()
    if new == data or not _is_readable(new):
        return False
    write_bytes(path, new)
    return True


def _is_readable(data: bytes) -> bool:
    try:
        compose_document(decode_document(data))
    except UnreadableDocument:
        return False
    return True


def _write_generated(root: Path) -> set[str]:
    """Regenerate stale files. Called after the cards are fixed, because the files are generated from them."""
    from dtmodels.lint.rule_pages import stale_pages
    from dtmodels.pages.generate import stale

    files = [*stale(root), *stale_pages(root)]
    for path, content in files:
        write_text(path, content)
    return {path.relative_to(root).as_posix() for path, _ in files}
