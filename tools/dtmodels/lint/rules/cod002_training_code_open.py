"""The training code is under a licence the Open Source Initiative approved.

Licences made for other works leave questions open where code is concerned: CC0-1.0 keeps patents back, WTFPL says
nothing about warranty. Both are free, neither was approved for software.

Fix: ask the authors for a licence such as MIT, Apache-2.0 or GPL-3.0-or-later; where they decline, disclose that as a
limitation and have COD002 accepted.

Authority: https://opensource.org/licenses

Bad::

    training: {code: {url: "https://github.com/owner/network", license: WTFPL}}

Good::

    training: {code: {url: "https://github.com/owner/network", license: MIT}}
"""

from collections.abc import Iterator

from dtmodels.licence import licence_verdict
from dtmodels.licence.openness import is_osi_approved
from dtmodels.lint.placeholders import is_placeholder
from dtmodels.lint.rule import RuleResult, Severity, Subject

SEVERITY: Severity = "error"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look the licence of the training code up; what is no expression is left to LIC002."""
    code = subject.card.training.code
    if code is None or not code.license.strip() or is_placeholder(code.license):
        return
    if licence_verdict(code.license).status != "invalid" and not is_osi_approved(code.license):
        what = f"{code.license} is not a licence the Open Source Initiative approved"
        fix = "ask the authors for one that is, such as MIT, Apache-2.0 or GPL-3.0-or-later"
        yield RuleResult(where=("training", "code", "license"), what=what, fix=fix)
