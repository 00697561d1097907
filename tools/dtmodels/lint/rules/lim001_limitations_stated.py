"""A card without limitations has nothing to disclose.

Every model fails in some cases. An empty list is accepted only if all data is open, the training code is named, and
every checkpoint is pinned. Even then a person should have checked.

Fix: List what the model cannot do and every compromise it depends on.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    limitations: [{about: data, text: None}]

Good::

    limitations: [{about: quality, text: Smooths fine fabric above ISO 12800.}]
"""

import re
from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import described_training_datasets, is_unfinished_draft, normalised
from dtmodels.lint.rules._empty_statements import states_nothing
from dtmodels.openness.non_open_data import compromises

SEVERITY: Severity = "error"
HARD = True

_PRAISE = re.compile(
    r"""(?x) (all|every)(\ \w+){0,3}?(\ is|\ are)?(\ (publicly|freely|openly))?\ (available|open|public|free)
      (\ under(\ \w+){1,3}\ licen[cs]es?)?
    """
)
"""Praise of published data, which is no limitation."""


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Require limitations unless there is nothing to disclose."""
    card = subject.card
    if is_unfinished_draft(card) or any(_states_something(limit.text) for limit in card.limitations):
        return
    not_open = [data.name for _, data in described_training_datasets(card) if compromises(data)]
    if not_open:
        reason = f"{not_open[0]} is not open data"
    elif not card.training.code:
        reason = "no training code is named"
    elif not all(checkpoint.identified for checkpoint in card.checkpoints):
        reason = "no digest identifies a checkpoint"
    else:
        return
    what = f"no limitation is stated, but {reason}"
    yield RuleResult(
        where=("limitations",), what=what, fix="list what the model cannot do, and every compromise it depends on"
    )


def _states_something(text: str) -> bool:
    return not states_nothing(text) and not _PRAISE.fullmatch(normalised(text))
