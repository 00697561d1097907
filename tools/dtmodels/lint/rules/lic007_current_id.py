"""A licence has the id SPDX uses today, which says whether later versions may be taken.

`GPL-2.0` has meant both GPL-2.0-only, which is incompatible with version 3, and GPL-2.0-or-later, which is compatible.
Where the readings of an old id lead to different verdicts this is an error, else a warning.

Fix: look whether the authors wrote "or any later version", and write the id that says so.

Authority: SPDX licence list, https://spdx.org/licenses/#deprecated

Bad::

    license: {weights: GPL-2.0, code: GPL-3.0}

Good::

    license: {weights: GPL-2.0-or-later, code: GPL-3.0-only}
"""

from collections.abc import Iterator
from dataclasses import replace

from dtmodels.licence import licence_verdict
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import corrected, problems

SEVERITY: Severity = "warning"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Find ids SPDX gave up; where one id is meant, offer it."""
    for field, problem in problems(subject, "deprecated"):
        verdicts = {licence_verdict(meant).status for meant in problem.replacements}
        matters = field.shipped and len(verdicts) > 1
        remark = corrected(field, problem)
        if matters:
            what = f"{problem.what}, and only some of them are compatible with GPL-3.0-or-later"
            remark = replace(remark, what=what, hard=True, severity="error")
        yield remark
