"""Weights whose licence asks for credit name whom to credit.

The credit has to travel with the weights: it is written into the package beside them.

Fix: write the credit as the authors ask for it, with their names and an address, as `attribution`.

Authority: Creative Commons Attribution 4.0, section 3(a), https://creativecommons.org/licenses/by/4.0/legalcode

Bad::

    license: {weights: CC-BY-4.0, code: MIT}

Good::

    license: {weights: CC-BY-4.0, code: MIT, attribution: "A. Author, https://github.com/owner/network, CC-BY-4.0"}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import reviewed, shipped

SEVERITY: Severity = "warning"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Find licences that ask for credit; one whose condition nobody reviewed yet has more urgent things to say."""
    if subject.card.license.attribution:
        return
    for where, verdict in shipped(subject):
        for part in verdict.applicable:
            told = part.status == "compatible" or (part.status == "conditional" and reviewed(subject, part))
            if told and part.row and part.row.attribution:
                what = f"{part.text} asks for credit, and the card has none"
                fix = "write license.attribution: the authors' names, an address, and the licence"
                yield RuleResult(where=where, part=(part.start, part.end), what=what, fix=fix)
