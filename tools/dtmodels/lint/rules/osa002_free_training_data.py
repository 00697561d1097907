"""An Open Source AI model is trained on free data only, as the Free Software Foundation requires.

The Open Source AI Definition requires information about the data. The Free Software Foundation requires that all
training data is under free licences. A model may meet the first and not the second; this finding informs readers.

Fix: No action is required. A model trained on free data alone satisfies both.

Authority: https://www.fsf.org/news/fsf-is-working-on-freedom-in-machine-learning-applications

Bad::

    openness: {osaid: open-source-ai, mof: none}  # and a dataset for research only

Good::

    openness: {osaid: open-source-ai, mof: none}  # and all data public under free licences
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._claims import describe_gaps
from dtmodels.openness.derive import fsf, osaid

SEVERITY: Severity = "info"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Report a model that meets only the Open Source AI Definition."""
    card = subject.card
    if (
        card.openness is None
        or card.openness.osaid != "open-source-ai"
        or osaid(subject.with_bases).level != "open-source-ai"
    ):
        return
    derived = fsf(subject.with_bases)
    if not derived.holds:
        what = f"not all training data is free, as the FSF requires: {describe_gaps(tuple(derived.missing()))}"
        yield RuleResult(where=("openness", "osaid"), what=what, fix="no action is required")
