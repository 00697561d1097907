"""What is generated from the cards equals the cards.

README pages and the table of models are read more often than cards. Edited by hand, or not written again after a
change, they would say something nobody reviewed.

Fix: run `dtmodels docs` and commit what it writes.

Bad::

    (a card with a new version beside a README.md that still shows the old one)

Good::

    (the README.md `dtmodels docs` has just written)
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
    """Generate the model's page again in memory and compare; a card with errors has no page yet."""
    broken = any(problem.severity == "error" for problem in subject.reading.problems)
    if not broken and subject.card.id == subject.directory.name and subject.directory.parent == subject.root / "models":
        try:
            path, wanted = subject.directory / "README.md", model_page(CatalogueEntry(subject.card, subject.directory))
        except Failure as exc:
            yield _broken(subject.root, exc)
            return
        if not path.is_file() or path.read_text(encoding="utf-8", errors="replace") != wanted:
            yield _differs(path, wanted)


def check_repository(root: Path) -> Iterator[RuleResult]:
    """Generate what lies elsewhere again in memory and compare."""
    try:
        different = [*stale_outside_models(root), *stale_pages(root)]
    except Failure as exc:
        yield _broken(root, exc)
        return
    for path, wanted in different:
        yield _differs(path, wanted)


def _broken(root: Path, wrong: Failure) -> RuleResult:
    return RuleResult(path=root / wrong.where, what=wrong.what, fix=wrong.fix)


def _differs(path: Path, wanted: str) -> RuleResult:
    what = "differs from what the cards say" if path.is_file() else "is missing"
    line = _first_difference(path, wanted)
    return RuleResult(path=path, line=line, what=what, fix="run `dtmodels docs`", generated=True)


def _first_difference(path: Path, wanted: str) -> int:
    found = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    pairs = zip(found, wanted.splitlines(), strict=False)
    return next((number for number, (is_, should) in enumerate(pairs, 1) if is_ != should), max(1, len(found)))
