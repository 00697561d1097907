"""Where the weights come under a choice of licences, the card says which one was chosen.

The choice decides what has to go along with the weights, and whether they are compatible at all.

Fix: write the licence that was chosen as `chosen`; it has to be one that is offered.

Bad::

    license: {weights: MIT OR GPL-2.0-only, code: MIT}

Good::

    license: {weights: MIT OR GPL-2.0-only, chosen: MIT, code: MIT}
"""

from collections.abc import Iterator

from dtmodels.licence import licence_verdict
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import CHOSEN, WEIGHTS, is_choice

SEVERITY: Severity = "warning"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Compare the choice with the offer."""
    found = subject.card.license
    verdict = licence_verdict(found.weights)
    if found.chosen is None:
        if verdict.chosen and verdict.status in ("compatible", "conditional"):
            what = "the weights come under a choice of licences, and the card does not say which was chosen"
            yield RuleResult(
                where=WEIGHTS, what=what, fix=f"write chosen: {verdict.chosen}, or another one that is offered"
            )
    elif licence_verdict(found.chosen).status != "invalid" and not is_choice(found.weights, found.chosen):
        what = f"'{found.chosen}' is not offered by '{found.weights}'"
        fix = "choose one of its alternatives" if verdict.chosen else "delete it; there is nothing to choose from"
        yield RuleResult(where=CHOSEN, what=what, fix=fix, severity="error", hard=True)
