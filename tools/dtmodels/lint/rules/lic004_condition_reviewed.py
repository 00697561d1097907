"""A conditionally compatible licence has a review of its condition.

Some licences are compatible only under a condition. For example, a file stays separate, a notice names the GPL, or the
text is the newer of two versions. A reviewer has to check the condition and record the result.

Fix: Read the licence and the statements of the authors. Then add an entry to `reviews` with the condition, the URL of
the evidence, your name and the date.

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
          condition: Shipped as separate files under CC-BY-SA-4.0.
          evidence: "https://github.com/owner/network/blob/main/LICENSE"
          reviewer: A. Maintainer
          date: "2026-01-31"
"""

from collections.abc import Iterator

from dtmodels.licence import Part
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import has_review, reason_with_source, shipped_licences

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Find the review of each licence that needs one, and the licence of each review."""
    parts: list[Part] = []
    for where, verdict in shipped_licences(subject):
        parts += verdict.applicable
        for part in verdict.failing:
            if part.status == "conditional" and part.row and not has_review(subject, part):
                yield RuleResult(
                    where=where,
                    part=(part.start, part.end),
                    what=f"{part.text} is compatible only under a condition: {reason_with_source(part)}",
                    fix=f"add a review to license.reviews for this condition: {part.row.condition}",
                )
    known = {name.lower() for part in parts for name in (part.text, part.row.id if part.row else part.text)}
    for index, review in enumerate(subject.card.license.reviews if known else ()):
        if review.license.lower() not in known:
            where = ("license", "reviews", index, "license")
            what = f"neither weights nor package are under {review.license}, which this review is about"
            yield RuleResult(where=where, what=what, fix="write the licence as in the expression, or delete the review")
