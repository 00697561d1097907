"""Generated files match the cards.

README pages and the table of models are read more often than cards. A file that was edited or is out of date would
state something that was not reviewed.

Fix: Run `dtmodels docs` and commit the files it writes.

Bad::

    card.yaml has version 1.1, but README.md still shows version 1.0

Good::

    README.md as `dtmodels docs` wrote it for version 1.1
"""

from collections.abc import Iterator
from pathlib import Path

from dtbase.system.errors import Failure
from dtmodels.card.catalogue import CatalogueEntry
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rule_pages import stale_pages
from dtmodels.pages.generate import stale_outside_models
from dtmodels.pages.model_page import model_page

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Generate the model's page in memory and compare; a card with errors has no page yet."""
    broken = any(problem.severity == "error" for problem in subject.reading.problems)
    if not broken and subject.card.id == subject.directory.name and subject.directory.parent == subject.root / "models":
        try:
            path, expected = (
                subject.directory / "README.md",
                model_page(CatalogueEntry(subject.card, subject.directory)),
            )
        except Failure as exc:
            yield _unreadable(subject.root, exc)
            return
        if not path.is_file() or path.read_text(encoding="utf-8", errors="replace") != expected:
            yield _differs(path, expected)


def check_repository(root: Path) -> Iterator[RuleResult]:
    """Generate all other files in memory and compare."""
    try:
        different = [*stale_outside_models(root), *stale_pages(root)]
    except Failure as exc:
        yield _unreadable(root, exc)
        return
    for path, expected in different:
        yield _differs(path, expected)


def _unreadable(root: Path, failure: Failure) -> RuleResult:
    return RuleResult(path=root / failure.where, what=failure.what, fix=failure.fix)


def _differs(path: Path, expected: str) -> RuleResult:
    what = "the file differs from what `dtmodels docs` writes" if path.is_file() else "the file is missing"
    line = _first_difference(path, expected)
    return RuleResult(path=path, line=line, what=what, fix="run `dtmodels docs` and commit the result", generated=True)


def _first_difference(path: Path, expected: str) -> int:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    pairs = zip(lines, expected.splitlines(), strict=False)
    return next((number for number, (line, target) in enumerate(pairs, 1) if line != target), max(1, len(lines)))
