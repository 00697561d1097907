"""A card that speaks of pre-training names the data of it.

A backbone brings along what it was trained on. Cards often name the last set only, and the millions of scraped images
below it go unmentioned.

Fix: add the set of the pre-training with role pretrain, undisclosed where nobody says which it is; or name the model
the weights were made from as base_model.

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

_SPOKEN = re.compile(
    r"(?i)(?<!not )(?<!never )(?<!without )(?<!no )\b(pre-?train(ed|ing)|fine-?tun(ed|ing) from|distill?ed from)\b"
)
_FIELDS = ("name", "description", "publication", "training", "limitations")


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look for words about pre-training where no set has that role; one remark is enough."""
    card = subject.card
    if is_unfinished_draft(card) or card.base_model or any(data.role == "pretrain" for data in card.training.datasets):
        return
    for where, text in subject.texts():
        if where[0] in _FIELDS and (spoken := _SPOKEN.search(text)):
            what = f"'{spoken[0]}' is said here, but no dataset has the role pretrain"
            yield RuleResult(where=where, what=what, fix="add that set with role: pretrain, or name the base_model")
            return
