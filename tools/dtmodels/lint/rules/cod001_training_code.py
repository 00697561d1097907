"""The code that made the weights is named, or a limitation says that it was never published.

Without it nobody can train the network again on better data, which is the point of a free program. Where it is missing
the limitation tells so, and a maintainer answers for taking the model all the same.

Fix: name the training code under training.code; or add a limitation that says there is none, and have COD001 accepted.

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

_TOLD = re.compile(r"(?i)\b(training|train|trained|distill?ation)\b")
_CODE = re.compile(r"(?i)\b(code|script|scripts|recipe|recipes)\b")


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Ask for the code; silence about it cannot be accepted."""
    card = subject.card
    if card.training.code or is_unfinished_draft(card):
        return
    if any(_TOLD.search(one.text) and _CODE.search(one.text) for one in card.limitations):
        what = "the training code was never published; this is disclosed, but nobody accepted it"
        yield RuleResult(where=("training",), what=what, fix="let a maintainer accept COD001 with a reason")
    else:
        what = "the card names no training code, and no limitation says that there is none"
        fix = "name it under training.code, or add a limitation that says the training code was never published"
        yield RuleResult(where=("training",), what=what, fix=fix, hard=True)
