"""The licence of derived weights is no more permissive than their base model allows.

Fine-tuned, distilled or pruned weights are derived from the weights of a base model. If these are under GPL-3.0-only,
the derived weights cannot be under MIT. If these have no stated licence, the derived weights cannot be licensed at all.

Fix: Give the weights the licence of the base model or one that it permits instead, or start from another model.

Authority: GNU GPL version 3, section 5(c), https://www.gnu.org/licenses/gpl-3.0.html#section5

Bad::

    license: {weights: MIT, code: MIT}
    base_model: {name: Still Net large, license: GPL-3.0-only, url: "https://github.com/owner/still-net"}

Good::

    license: {weights: GPL-3.0-only, code: MIT}
    base_model: {name: Still Net large, license: GPL-3.0-only, url: "https://github.com/owner/still-net"}
"""

from collections.abc import Iterator

from dtmodels.licence import licence_verdict
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._derived_works import violated_licences
from dtmodels.lint.rules._licences import BASE, PACKAGE, shipped_licences

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Compare the licence of the weights with that of the base model."""
    base = subject.card.base_model
    weights = next((verdict for where, verdict in shipped_licences(subject) if where != PACKAGE), None)
    if base is None or weights is None:
        return
    verdict = licence_verdict(base.license)
    for part in violated_licences(verdict, weights.expression):
        licence = "has no stated licence" if part.row and part.row.kind == "none" else f"is under {part.text}"
        what = f"the base model {licence}, but the weights derived from it are under {weights.expression}"
        fix = "give the weights the licence of the base model, or start from another model"
        yield RuleResult(where=BASE, part=(part.start, part.end), what=what, fix=fix)
