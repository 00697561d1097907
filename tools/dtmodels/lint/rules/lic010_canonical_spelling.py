"""A licence is spelt as in the SPDX list.

Programs that look up licences often compare ids character by character.

Fix: Write the id as in the SPDX list, and AND, OR and WITH in capitals; `dtmodels lint --fix` does this.

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
        result = to_fixable_result(field, problem)
        yield replace(result, change=replace(result.change, safe=True) if result.change else None)
