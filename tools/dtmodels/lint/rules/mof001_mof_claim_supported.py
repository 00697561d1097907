"""The claimed class of the Model Openness Framework is not above what the facts support.

Class III needs architecture, weights, results, model card, data card and a report; class II the code for training,
inference and evaluation and the evaluation data; class I all training data, its preprocessing, intermediate weights and
a paper. Each must be published under an open licence, and of the data every set must be.

Fix: state the missing facts where they exist; else claim what `dtmodels explain` derives.

Authority: Model Openness Framework, https://arxiv.org/abs/2403.13784

Bad::

    openness: {osaid: open-model, mof: I}  # and no intermediate weights

Good::

    openness: {osaid: open-model, mof: II}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._claims import excessive_claim
from dtmodels.openness.derive import mof

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Compare the claim with the derivation."""
    if subject.card.openness:
        yield from excessive_claim(subject.card.openness.mof, mof(subject.card), "mof", subject)
