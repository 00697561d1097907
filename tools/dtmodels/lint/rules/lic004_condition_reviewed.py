"""A licence that is compatible on a condition has a review that shows how it is met.

Some licences are compatible only as long as something holds: that a file stays a file of its own, that a notice names
the GPL, that a text is the newer of two. Somebody has to look, and to say what they saw.

Fix: read the licence and what the authors wrote; then add an entry to `reviews` with the condition, the address of
what was read, your name and the day.

Authority: the row of schema/licences-v1.json for the licence, which names the condition and its source

Bad::

    license: {weights: CC-BY-SA-4.0, code: MIT}

Good::

    license:
      weights: CC-BY-SA-4.0
      code: MIT
      attribution: "A. Author, https://github.com/owner/network"
      reviews:
        - license: CC-BY-SA-4.0
          condition: Shipped as files of their own under CC-BY-SA-4.0.
          evidence: "https://github.com/owner/network/blob/main/LICENSE"
          reviewer: A. Maintainer
          date: "2026-01-31"
"""

from collections.abc import Iterator

from dtmodels.licence import Part
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import reviewed, ruling, shipped

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look for the review of each licence that needs one, and for the licence of each review."""
    parts: list[Part] = []
    for where, verdict in shipped(subject):
        parts += verdict.applicable
        for part in verdict.failing:
            if part.status == "conditional" and part.row and not reviewed(subject, part):
                yield RuleResult(
                    where=where,
                    part=(part.start, part.end),
                    what=f"{part.text} is compatible only on a condition: {ruling(part)}",
                    fix=f"add a review to license.reviews: {part.row.condition}",
                )
    known = {name.lower() for part in parts for name in (part.text, part.row.id if part.row else part.text)}
    for index, review in enumerate(subject.card.license.reviews if known else ()):
        if review.license.lower() not in known:
            where = ("license", "reviews", index, "license")
            what = f"the weights are not under {review.license}"
            yield RuleResult(
                where=where, what=what, fix="name the licence as the expression does, or delete the review"
            )
