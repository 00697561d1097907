"""An exception belongs to the licence it is joined to.

An exception permits something its own licence forbids. Joined to another one it says nothing, and the card says
something the authors did not.

Fix: look which licence the authors used, and write the pair as they do.

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
    """Look every exception up."""
    for field, problem in licence_problems(subject, "misfit"):
        yield to_result(field, problem)
