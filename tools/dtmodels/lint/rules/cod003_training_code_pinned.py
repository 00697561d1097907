"""The training code is pinned to a commit.

A branch changes. Later code may train other weights than the ones distributed here.

Fix: Add the commit that was read or used; `git ls-remote` prints it.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    training: {code: {url: "https://github.com/owner/network/tree/main/train", license: MIT}}

Good::

    training:
      code: {url: "https://github.com/owner/network", license: MIT, commit: 0f1e2d3c4b5a69788796a5b4c3d2e1f001234567}
"""

from collections.abc import Iterator

from dtmodels.card.placeholders import is_placeholder
from dtmodels.lint.rule import RuleResult, Severity, Subject

SEVERITY: Severity = "warning"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Require a commit if the code is not in this repository."""
    code = subject.card.training.code
    if code and not code.commit and code.url != "self" and not is_placeholder(code.url):
        what = "the training code is not pinned to a commit"
        yield RuleResult(where=("training", "code", "url"), what=what, fix="add commit: with its 40 hexadecimal digits")
