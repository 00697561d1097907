"""If the weights are offered under a choice of licences, the card records the chosen one.

The choice determines whether the weights are compatible, and what has to be shipped with them.

Fix: Write the chosen licence as `chosen`; it must be one that is offered.

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
    """Compare the chosen licence with the offered ones."""
    licences = subject.card.license
    verdict = licence_verdict(licences.weights)
    if licences.chosen is None:
        if verdict.chosen and verdict.status in ("compatible", "conditional"):
            what = "the weights are offered under a choice of licences, and the card does not record the chosen one"
            yield RuleResult(
                where=WEIGHTS, what=what, fix=f"write chosen: {verdict.chosen}, or another licence that is offered"
            )
    elif licence_verdict(licences.chosen).status != "invalid" and not is_choice(licences.weights, licences.chosen):
        what = f"'{licences.chosen}' is not a choice that '{licences.weights}' offers"
        offer = f"write chosen: {verdict.chosen}, or another licence that is offered"
        nothing = "choose another model" if verdict.has_choice else "delete chosen; the expression offers no choice"
        fix = offer if verdict.chosen else nothing
        yield RuleResult(where=CHOSEN, what=what, fix=fix, severity="error", hard=True)
