"""Weights made from another model are not freer than that model allows.

Fine-tuned, distilled or pruned weights are made from the weights they began with. Under GPL-3.0-only these cannot end
under MIT, and where nobody states a licence of theirs nothing made from them can be licensed at all.

Fix: give the weights the licence of the base model or one it permits instead, or begin with another model.

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
from dtmodels.lint.rules._licence_kept import not_kept
from dtmodels.lint.rules._licences import BASE, PACKAGE, shipped

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Compare the licence of the weights with that of the base model."""
    base = subject.card.base_model
    weights = next((verdict for where, verdict in shipped(subject) if where != PACKAGE), None)
    if base is None or weights is None:
        return
    verdict = licence_verdict(base.license)
    for part in not_kept(verdict, weights.expression):
        kept = "has no licence anybody states" if part.row and part.row.kind == "none" else f"is under {part.text}"
        what = f"the base model {kept}, and the weights made from it are under {weights.expression}"
        fix = "give the weights the licence of the base model, or begin with another model"
        yield RuleResult(where=BASE, part=(part.start, part.end), what=what, fix=fix)
