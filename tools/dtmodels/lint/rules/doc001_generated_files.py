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
from dtmodels.pages.differences import Difference, first_difference
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
    line, what = 1, "the file is missing"
    if path.is_file():
        what = "the file differs from what `dtmodels docs` writes"
        if found := first_difference(path.read_text(encoding="utf-8", errors="replace"), expected):
            line, what = found.line, f"{what}: {_describe(found)}"
    return RuleResult(path=path, line=line, what=what, fix="run `dtmodels docs` and commit the result", generated=True)


def _describe(found: Difference) -> str:
    if found.expected is None:
        return f"after its last line comes '{found.actual}'"
    if found.actual is None:
        return f"the line '{found.expected}' is missing"
    return f"it has '{found.actual}', not '{found.expected}'"
