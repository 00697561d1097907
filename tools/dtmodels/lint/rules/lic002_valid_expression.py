"""A licence is a valid SPDX expression.

Only an exact id can be looked up. `Apache`, `BSD` and `CC` each name several licences, and a slash is used for AND as
well as for OR.

Fix: Write the SPDX id. Join several ids with AND if all apply, with OR if the recipient may choose. Write `LicenseRef-`
and a name for a licence that SPDX does not list. Write NOASSERTION, alone, if no licence is stated.

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
        yield RuleResult(where=CODE, what=what, fix="ask the authors to license their code, or write your own")
