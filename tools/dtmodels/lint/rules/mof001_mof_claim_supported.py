"""The facts in the card support the claimed class of the Model Openness Framework.

Class III requires architecture, weights, results, model card, data card and a report. Class II adds the code for
training, inference and evaluation, and the evaluation data. Class I adds all training data, its preprocessing code,
intermediate weights and a paper. Every component must be under an open licence, and so must every dataset.

Fix: State the missing facts if they exist. Otherwise claim the class that `dtmodels explain` derives.

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
        yield from excessive_claim(subject.card.openness.mof, mof(subject.with_bases), "mof", subject)
