"""The verdict on a licence is not in doubt.

Authorities differ about some licences, and about others none has spoken and the verdict was drawn from the text. Both
pass, but whoever ships such weights should know it and have looked.

Fix: read what the authority says; then add an entry to `reviews`, or accept this finding with a reason.

Authority: the row of schema/licences-v1.json for the licence

Bad::

    license: {weights: AGPL-3.0-only, code: MIT}

Good::

    license: {weights: GPL-3.0-only, code: MIT}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import reviewed, ruling, shipped

SEVERITY: Severity = "warning"

_DOUBTS = {"disputed": "not undisputed", "inferred": "drawn from its text alone", "unruled": "nobody's ruling"}


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look how certain the verdict on each licence is."""
    for where, verdict in shipped(subject):
        for part in verdict.applicable:
            doubt = _DOUBTS.get(part.row.certainty) if part.row else None
            if doubt and part.status == "compatible" and not reviewed(subject, part):
                yield RuleResult(
                    where=where,
                    part=(part.start, part.end),
                    what=f"that {part.text} is compatible is {doubt}: {ruling(part)}",
                    fix="read what the authority says, and add a review to license.reviews",
                )
