"""The facts in the card support the claimed class of the Open Source AI Definition.

A class that is typed in proves nothing: audits of such lists found that most entries were wrong. Here the class is
derived from the card. open-weights requires open weights. open-model also requires the code that runs them.
open-source-ai also requires the training code and information about every dataset, none of them undisclosed.

Fix: State the missing facts if they exist. Otherwise claim the class that `dtmodels explain` derives.

Authority: Open Source AI Definition 1.0, https://opensource.org/ai/open-source-ai-definition

Bad::

    openness: {osaid: open-source-ai, mof: none}  # and no training code

Good::

    openness: {osaid: open-model, mof: none}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._claims import excessive_claim
from dtmodels.openness.derive import osaid

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Compare the claim with the derivation."""
    if subject.card.openness:
        yield from excessive_claim(subject.card.openness.osaid, osaid(subject.with_bases), "osaid", subject)
