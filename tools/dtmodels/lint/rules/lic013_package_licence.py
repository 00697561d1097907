"""A converted model keeps the copyleft licence of its weights.

A converted model is derived from the weights. Share-alike and copyleft licences must be passed on. The package is then
under the same licence, or under one that this licence permits instead.

Fix: Give the package and its parameters the licence of the weights.

Authority: GNU GPL version 3, section 5(c), https://www.gnu.org/licenses/gpl-3.0.html#section5; Creative Commons
Attribution-ShareAlike 4.0, section 3(b), https://creativecommons.org/licenses/by-sa/4.0/legalcode

Bad::

    license: {weights: GPL-3.0-only, package: MIT, code: MIT}

Good::

    license: {weights: GPL-3.0-only, code: MIT}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._derived_works import violated_licences
from dtmodels.lint.rules._licences import PACKAGE, licence_fields, shipped_licences

SEVERITY: Severity = "error"
HARD = True

_DERIVED = ("parameters",)


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Compare the licences of package and parameters with the licence of the weights."""
    weights = next((verdict for where, verdict in shipped_licences(subject) if where != PACKAGE), None)
    if weights is None or weights.status == "incompatible":  # LIC003 reports it
        return
    derived = [PACKAGE, *(("openness", "components", name, "license") for name in _DERIVED)]
    for field in licence_fields(subject):
        if field.where in derived:
            for part in violated_licences(weights, field.text):
                what = f"the weights are under {part.text}, which must be passed on, but this is under {field.text}"
                yield RuleResult(where=field.where, what=what, fix=f"write {part.text}")
