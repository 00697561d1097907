"""The verdict on a licence is undisputed.

Authorities disagree about some licences. On others no authority has ruled, and the verdict was inferred from the text.
Such licences pass, but a reviewer should check them before the weights are shipped.

Fix: Read the statement of the authority. Then add an entry to `reviews`, or accept this finding with a reason.

Authority: the row of schema/licences-v1.json for the licence

Bad::

    license: {weights: AGPL-3.0-only, code: MIT}

Good::

    license: {weights: GPL-3.0-only, code: MIT}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import has_review, reason_with_source, shipped_licences

SEVERITY: Severity = "warning"

_DOUBTS = {
    "disputed": "the compatibility of {} is disputed",
    "inferred": "the compatibility of {} is inferred from its text alone",
    "unruled": "no authority has ruled on the compatibility of {}",
}


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check how certain the verdict on each licence is."""
    for where, verdict in shipped_licences(subject):
        for part in verdict.applicable:
            doubt = _DOUBTS.get(part.row.certainty) if part.row else None
            if doubt and part.status == "compatible" and not has_review(subject, part):
                yield RuleResult(
                    where=where,
                    part=(part.start, part.end),
                    what=f"{doubt.format(part.text)}: {reason_with_source(part)}",
                    fix="read the statement of the authority, and add a review to license.reviews",
                )
