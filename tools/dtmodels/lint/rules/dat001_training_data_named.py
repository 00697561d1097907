"""The card names the training data.

Training data determines what a network can do, whom it may harm, and who has a claim on it. A card that names only
evaluation data says nothing about that.

Fix: Add every training dataset to training.datasets, with role pretrain, train or finetune. Add an undisclosed dataset
too, with access undisclosed.

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
    """Require one training dataset; skip a draft that has no training section yet."""
    card = subject.card
    if "training" in subject.reading.values and not any(True for _ in training_data(card)):
        what = "the card names no training data"
        yield RuleResult(
            where=DATASETS,
            what=what,
            fix="add each dataset to training.datasets, with role pretrain, train or finetune",
        )
