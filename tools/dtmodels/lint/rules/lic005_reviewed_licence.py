"""Every licence is in the table of reviewed licences.

A licence that was not reviewed cannot be called compatible. The finding means that its compatibility is unknown. It is
an error for the weights, the package and the base model, and a warning elsewhere.

Fix: Read the licence. Add a row to schema/licences-v1.json in a separate pull request, with the verdict, the reason and
the URL of the authority.

Bad::

    license: {weights: Beerware, code: MIT}

Good::

    license: {weights: ISC, code: MIT}
"""

from collections.abc import Iterator

from dtmodels.licence import licence_verdict
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import BASE, WEIGHTS, licence_fields, shipped_licences, to_result

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look up every licence; an alternative that is not needed may stay unknown."""
    needed = {where: verdict.failing for where, verdict in shipped_licences(subject)}
    for field in licence_fields(subject):
        for problem in licence_verdict(field.text).problems:
            if problem.kind != "unlisted":
                continue
            if field.where in needed:
                if any(part.start <= problem.start < part.end for part in needed[field.where]):
                    yield to_result(field, problem)
            elif field.where != WEIGHTS:
                yield to_result(field, problem, severity="error" if field.where == BASE else "warning")
