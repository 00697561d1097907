"""The licence of derived weights is no more permissive than their base model allows.

Fine-tuned, distilled or pruned weights are derived from the weights of a base model. If these are under GPL-3.0-only,
the derived weights cannot be under MIT. If these have no stated licence, the derived weights cannot be licensed at all.
The licence in the base model's own card, and that in the registry of base models, count as well as the one stated here.

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

from dtmodels.card.model import BaseModel
from dtmodels.licence import licence_verdict
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._derived_works import violated_licences
from dtmodels.lint.rules._licences import BASE, PACKAGE, shipped_licences
from dtmodels.openness.inheritance import inherited_licences

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Compare the licence of the weights with those of the base model, by this card, its own card and the registry.

    In a draft the question may be open, so it is a warning there.
    """
    base = subject.card.base_model
    weights = next((verdict for where, verdict in shipped_licences(subject) if where != PACKAGE), None)
    if base is None or weights is None:
        return
    reported: set[str] = set()
    for name, place, licence in _base_licences(subject, base):
        for part in violated_licences(licence_verdict(licence), weights.expression):
            if part.text in reported:
                continue
            reported.add(part.text)
            said = "has no stated licence" if part.row and part.row.kind == "none" else f"is under {part.text}"
            what = f"the base model {name}{said}{place}, but the weights derived from it are under {weights.expression}"
            fix = "give the weights the licence of the base model, or start from another model"
            severity: Severity = "warning" if subject.card.status == "draft" else "error"
            at = None if place else (part.start, part.end)
            yield RuleResult(where=BASE, part=at, what=what, fix=fix, severity=severity)


def _base_licences(subject: Subject, base: BaseModel) -> Iterator[tuple[str, str, str]]:
    """Name, place and licence of the base model: as this card states it, then as its own card and the registry do."""
    yield "", "", base.license
    for inherited in inherited_licences(subject.card, subject.directory.parent):
        if inherited.license != base.license:
            yield f"{inherited.base} ", f" ({inherited.place})", inherited.license
