"""A publication describes the model.

A paper or a report says what was tried, how it was measured and where it fails. It is the one description of the
network that its authors had to defend.

Fix: Name the paper, the report or, at least, the documentation of the code.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    publication: {kind: none}

Good::

    publication: {kind: preprint, title: Removing noise, url: "https://arxiv.org/abs/1906.00270"}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import is_unfinished_draft

SEVERITY: Severity = "warning"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Require a publication once the training is described."""
    published = subject.card.publication
    if not is_unfinished_draft(subject.card) and (published is None or published.kind == "none"):
        what = "no publication describes the model"
        yield RuleResult(
            where=("publication", "kind"), what=what, fix="name a paper, a report or the documentation of the code"
        )
