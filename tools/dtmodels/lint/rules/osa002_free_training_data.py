"""What the Free Software Foundation would say of a model that is Open Source AI.

The Open Source AI Definition is content with information about the data; the Free Software Foundation asks for all
training data under free licences. A model can be the one without being the other, and readers should know.

Fix: nothing has to be done; training on free data alone would satisfy both.

Authority: https://www.fsf.org/news/fsf-is-working-on-freedom-in-machine-learning-applications

Bad::

    openness: {osaid: open-source-ai, mof: none}  # and a set for research only

Good::

    openness: {osaid: open-source-ai, mof: none}  # and all data public under free licences
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._claims import describe_gaps
from dtmodels.openness.derive import fsf, osaid

SEVERITY: Severity = "info"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Speak only where the two measures differ."""
    card = subject.card
    if card.openness is None or card.openness.osaid != "open-source-ai" or osaid(card).level != "open-source-ai":
        return
    free = fsf(card)
    if not free.holds:
        what = f"FSF: no, it asks for free training data as well: {describe_gaps(tuple(free.missing()))}"
        yield RuleResult(where=("openness", "osaid"), what=what, fix="nothing has to be done")
