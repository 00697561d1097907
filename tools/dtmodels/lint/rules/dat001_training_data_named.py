"""The card names the data the weights were made from.

What a network learned from decides what it can do, whom it may harm, and who has a claim on it. A card that names only
the data it was judged by says nothing about that.

Fix: add every set to training.datasets, with role pretrain, train or finetune; a set nobody discloses is named too,
with access undisclosed.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    training: {datasets: []}

Good::

    training:
      datasets:
        - name: Still Scenes
          role: train
          ...
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import DATASETS
from dtmodels.openness.non_open_data import training_data

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look for a set the weights were made from; a draft that has not come to its training yet is left alone."""
    card = subject.card
    if "training" in subject.reading.values and not any(True for _ in training_data(card)):
        what = "no data is named that the weights were made from"
        yield RuleResult(where=DATASETS, what=what, fix="add each set, with role pretrain, train or finetune")
