"""Precondition of a release: no released card has an error. Called by the publishing commands."""

from __future__ import annotations

from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.lint.engine import lint
from dtmodels.lint.format_helpers import counts_text
from dtmodels.lint.formats.text import text_report


def require_no_errors(root: Path, console: Console) -> None:
    """Fail if a card has an error under the profile `release`; drafts are ignored.

    Raises:
        Failure: there are errors, which are printed first.
    """
    if errors := [finding for finding in lint(root, profile="release") if finding.severity == "error"]:
        console.note(text_report(errors, root))
        fix = "fix them; `dtmodels lint --profile release` lists them"
        raise Failure(f"the cards have {counts_text(errors)}", where=str(root), fix=fix)
