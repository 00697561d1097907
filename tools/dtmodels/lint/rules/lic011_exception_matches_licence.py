"""A licence exception is joined to a licence it was written for.

An exception permits something that its own licence forbids. Joined to another licence it has no meaning, and the card
states terms that the authors did not choose.

Fix: Check which licence the authors used, and write the same pair.

Authority: SPDX list of exceptions, https://spdx.org/licenses/exceptions-index.html

Bad::

    license: {weights: MIT, code: MIT WITH LLVM-exception}

Good::

    license: {weights: MIT, code: Apache-2.0 WITH LLVM-exception}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import licence_problems, to_result

SEVERITY: Severity = "error"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look up every exception."""
    for field, problem in licence_problems(subject, "misfit"):
        yield to_result(field, problem)
