"""The claimed class of the Open Source AI Definition is not above what the facts support.

A class that is typed in proves nothing: audits of such lists found most entries wrong. Here it follows from the card:
open-weights needs open weights, open-model also the code that runs them, open-source-ai also the training code and
information about every dataset, none of them undisclosed.

Fix: state the missing facts where they exist; else claim what `dtmodels explain` derives.

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
        yield from excessive_claim(subject.card.openness.osaid, osaid(subject.card), "osaid", subject)
