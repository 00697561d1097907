"""A card without limitations rests on nothing that needs one.

Every model fails somewhere. "None" is believed only of a model whose data is all open, whose code is public, and whose
files are pinned, and even there somebody should have looked.

Fix: list what the model cannot do and every compromise it rests on.

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
from dtmodels.openness.non_open_data import compromises

SEVERITY: Severity = "error"
HARD = True

_NONE = re.compile(
    r"""(?x) | none | no | nothing | n\ a
    | no\ (known\ )?(limitations?|issues?|problems?) | (none|nothing)(\ is|\ are)?\ known
    | (all|every)(\ \w+){0,3}?(\ is|\ are)?(\ (publicly|freely|openly))?\ (available|open|public|free)
      (\ under(\ \w+){1,3}\ licen[cs]es?)?
    """
)
"""Ways of saying that there is nothing to say; praise of what is published is one of them."""


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Ask for limitations unless there is nothing to disclose."""
    card = subject.card
    if is_unfinished_draft(card) or any(not _NONE.fullmatch(normalised(one.text)) for one in card.limitations):
        return
    short = [data.name for _, data in described_training_datasets(card) if compromises(data)]
    if short:
        reason = f"{short[0]} falls short"
    elif not card.training.code:
        reason = "no training code is named"
    elif not all(one.sha256 for one in card.checkpoints):
        reason = "a checkpoint is not pinned"
    else:
        return
    what = f"no limitation is stated, but {reason}"
    yield RuleResult(where=("limitations",), what=what, fix="list what the model cannot do, and every compromise")
