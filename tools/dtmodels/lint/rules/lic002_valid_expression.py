"""A licence is a valid SPDX expression.

Only an exact name can be looked up. `Apache`, `BSD` and `CC` have been the names of several licences each, and a
slash has meant both AND and OR.

Fix: write the SPDX id, several ones joined by AND where all hold, by OR where whoever receives the work may choose;
a licence SPDX does not know is written `LicenseRef-` and a name; NOASSERTION, alone, where nobody states one.

Authority: SPDX specification 2.3, annex D, https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/

Bad::

    license: {weights: MIT/Apache 2.0, code: other}

Good::

    license: {weights: MIT OR Apache-2.0, chosen: MIT, code: BSD-3-Clause}
"""

from collections.abc import Iterator

from dtmodels.licence.expression import UNSTATED
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import CODE, licence_problems, to_fixable_result

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Parse every licence expression of the card."""
    for field, problem in licence_problems(subject, "invalid"):
        yield to_fixable_result(field, problem)
    if subject.card.license.code.strip().upper() in UNSTATED:
        what = "code without a licence may not be used"
        yield RuleResult(
            where=CODE, what=what, fix="ask the authors for a licence of their code, or write the code anew"
        )
