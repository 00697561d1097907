"""A licence is in the reviewed table.

What nobody has read cannot be called compatible. This says that it is not known, not that it is bad: for weights, for
what they are packed as and for the model they were made from that is an error; elsewhere a warning.

Fix: read the licence, and add a row to schema/licences-v1.json in a pull request of its own, with verdict, reason and
the address of the authority.

Bad::

    license: {weights: Beerware, code: MIT}

Good::

    license: {weights: ISC, code: MIT}
"""

from collections.abc import Iterator

from dtmodels.licence import licence_verdict
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import BASE, WEIGHTS, fields, shipped, told

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look every licence up; an alternative that is not needed may stay unknown."""
    needed = {where: verdict.failing for where, verdict in shipped(subject)}
    for field in fields(subject):
        for problem in licence_verdict(field.text).problems:
            if problem.kind != "unlisted":
                continue
            if field.where in needed:
                if any(part.start <= problem.start < part.end for part in needed[field.where]):
                    yield told(field, problem)
            elif field.where != WEIGHTS:
                yield told(field, problem, severity="error" if field.where == BASE else "warning")
