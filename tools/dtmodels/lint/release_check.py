"""What stands before a release: no card that goes into it may have an error."""

from __future__ import annotations

from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.lint.engine import lint
from dtmodels.lint.format_helpers import counts_text
from dtmodels.lint.formats.text import text_report


def require_no_errors(root: Path, console: Console) -> None:
    """Go on only when nothing stands against releasing the cards; drafts stay behind, so they hold up nobody.

    Raises:
        Failure: there are errors; they have been printed.
    """
    if errors := [finding for finding in lint(root, profile="release") if finding.severity == "error"]:
        console.note(text_report(errors, root))
        fix = "correct them; `dtmodels lint --profile release` lists them"
        raise Failure(f"the cards have {counts_text(errors)}", where=str(root), fix=fix)
