"""The training code is under a licence approved by the Open Source Initiative.

Licences written for other kinds of work leave questions open for code: CC0-1.0 grants no patent rights, and WTFPL says
nothing about warranty. Both are free licences, but neither is approved for software.

Fix: Ask the authors for a licence such as MIT, Apache-2.0 or GPL-3.0-or-later. If they decline, disclose this as a
limitation and have a maintainer accept COD002.

Authority: https://opensource.org/licenses

Bad::

    training: {code: {url: "https://github.com/owner/network", license: WTFPL}}

Good::

    training: {code: {url: "https://github.com/owner/network", license: MIT}}
"""

from collections.abc import Iterator

from dtmodels.card.placeholders import is_placeholder
from dtmodels.licence import licence_verdict
from dtmodels.licence.openness import is_osi_approved
from dtmodels.lint.rule import RuleResult, Severity, Subject

SEVERITY: Severity = "error"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look up the licence of the training code; LIC002 reports invalid expressions."""
    code = subject.card.training.code
    if code is None or not code.license.strip() or is_placeholder(code.license):
        return
    if licence_verdict(code.license).status != "invalid" and not is_osi_approved(code.license):
        what = f"{code.license} is not approved by the Open Source Initiative"
        fix = "ask the authors for an approved licence, such as MIT, Apache-2.0 or GPL-3.0-or-later"
        yield RuleResult(where=("training", "code", "license"), what=what, fix=fix)
