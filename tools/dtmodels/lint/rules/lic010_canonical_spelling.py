"""A licence is spelt as SPDX spells it.

Programs that look licences up often compare letter by letter.

Fix: write the id as the SPDX list has it, and AND, OR and WITH in capitals; `dtmodels lint --fix` does.

Authority: SPDX specification 2.3, annex D, https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/

Bad::

    license: {weights: apache-2.0 and mit, code: mit}

Good::

    license: {weights: Apache-2.0 AND MIT, code: MIT}
"""

from collections.abc import Iterator
from dataclasses import replace

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import licence_problems, to_fixable_result

SEVERITY: Severity = "warning"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Compare every word with the SPDX list."""
    for field, problem in licence_problems(subject, "spelling"):
        remark = to_fixable_result(field, problem)
        yield replace(remark, change=replace(remark.change, safe=True) if remark.change else None)
