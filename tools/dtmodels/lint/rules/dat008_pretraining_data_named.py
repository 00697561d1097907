"""A card that mentions pre-training names the pre-training data.

A pre-trained backbone was first trained on other data. Cards often name only the last dataset, and omit the millions
of scraped images used before.

Fix: Add the pre-training dataset with role pretrain, and access undisclosed if its name is not published. Otherwise
name the model that the weights are derived from as base_model.

Authority: https://github.com/openvinotoolkit/open_model_zoo/issues/1433

Bad::

    description: Segmenter with an ImageNet-pretrained backbone

Good::

    description: Segmenter with an ImageNet-pretrained backbone
    training:
      datasets:
        - {name: ImageNet, role: pretrain, ...}
"""

import re
from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import is_unfinished_draft

SEVERITY: Severity = "warning"

_MENTION = re.compile(
    r"(?i)(?<!not )(?<!never )(?<!without )(?<!no )\b(pre-?train(ed|ing)|fine-?tun(ed|ing) from|distill?ed from)\b"
)
_FIELDS = ("name", "description", "publication", "training", "limitations")


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Find words about pre-training if no dataset has that role; report the first."""
    card = subject.card
    if is_unfinished_draft(card) or card.base_model or any(data.role == "pretrain" for data in card.training.datasets):
        return
    for where, text in subject.texts():
        if where[0] in _FIELDS and (mention := _MENTION.search(text)):
            what = f"the text says '{mention[0]}', but no dataset has the role pretrain"
            yield RuleResult(
                where=where, what=what, fix="add the pre-training dataset with role: pretrain, or name the base_model"
            )
            return
