"""Weights whose licence requires attribution have an attribution.

The attribution must be distributed with the weights; it is written into the package.

Fix: Write the attribution as the authors request it, with their names and a URL, as `attribution`.

Authority: Creative Commons Attribution 4.0, section 3(a), https://creativecommons.org/licenses/by/4.0/legalcode

Bad::

    license: {weights: CC-BY-4.0, code: MIT}

Good::

    license: {weights: CC-BY-4.0, code: MIT, attribution: "A. Author, https://github.com/owner/network, CC-BY-4.0"}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import has_review, shipped_licences

SEVERITY: Severity = "warning"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Find licences that require attribution; skip unreviewed conditional ones, which LIC004 reports."""
    if subject.card.license.attribution:
        return
    for where, verdict in shipped_licences(subject):
        for part in verdict.applicable:
            usable = part.status == "compatible" or (part.status == "conditional" and has_review(subject, part))
            if usable and part.row and part.row.attribution:
                what = f"{part.text} requires attribution, and the card has none"
                fix = "write license.attribution: the authors' names, a URL, and the licence"
                yield RuleResult(where=where, part=(part.start, part.end), what=what, fix=fix)
