"""A licence has its current SPDX id, which states whether later versions apply.

`GPL-2.0` is used for GPL-2.0-only, which is incompatible with version 3, and for GPL-2.0-or-later, which is compatible.
The finding is an error if the possible meanings lead to different verdicts, else a warning.

Fix: Check whether the authors wrote "or any later version", and write the id that says so.

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
from dtmodels.lint.rules._licences import licence_problems, to_fixable_result

SEVERITY: Severity = "warning"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Find deprecated SPDX ids; offer the replacement if there is only one."""
    for field, problem in licence_problems(subject, "deprecated"):
        verdicts = {licence_verdict(meant).status for meant in problem.replacements}
        result = to_fixable_result(field, problem)
        if field.shipped and len(verdicts) > 1:
            what = f"{problem.what}, and only some of them are compatible with GPL-3.0-or-later"
            result = replace(result, what=what, hard=True, severity="error")
        yield result
