"""The training code is named, or a limitation says that it was never published.

Without its training code a network cannot be trained again on better data, which free software should allow. If the
code is missing, a limitation says so, and a maintainer accepts the finding.

Fix: Name the training code under training.code. If there is none, add a limitation that says so, and have a maintainer
accept COD001.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    training: {datasets: [...]}

Good::

    training:
      code: {url: "https://github.com/owner/network", license: MIT, commit: 0f1e2d3c4b5a69788796a5b4c3d2e1f001234567}
      datasets: [...]
"""

import re
from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import is_unfinished_draft

SEVERITY: Severity = "error"

_TRAINING = re.compile(r"(?i)\b(training|train|trained|distill?ation)\b")
_CODE = re.compile(r"(?i)\b(code|script|scripts|recipe|recipes)\b")


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Require the code; an undisclosed gap cannot be accepted."""
    card = subject.card
    if card.training.code or is_unfinished_draft(card):
        return
    if any(_TRAINING.search(limit.text) and _CODE.search(limit.text) for limit in card.limitations):
        what = "the training code was never published; a limitation discloses this, but no maintainer accepted it"
        yield RuleResult(where=("training",), what=what, fix="have a maintainer accept COD001 with a reason")
    else:
        what = "the card names no training code, and no limitation says that there is none"
        fix = "name the code under training.code, or add a limitation that says the training code was never published"
        yield RuleResult(where=("training",), what=what, fix=fix, hard=True)
