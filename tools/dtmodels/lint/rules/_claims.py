"""Hold a claimed class against the derived one."""

from __future__ import annotations

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Subject
from dtmodels.lint.rules._data import begun
from dtmodels.openness.proof import Derivation, Proof
from dtmodels.yaml.document import Change

_MOST = 3


def above(claimed: str, derived: Derivation, field: str, subject: Subject) -> Iterator[RuleResult]:
    """The remark about a claim that is higher than the facts support; it shows what is missing."""
    level = derived.level
    if begun(subject.card) or derived.rank(claimed) <= derived.rank(level):
        return
    gaps = derived.missing(claimed)
    what = f"{derived.name} {claimed} is claimed, but the facts support {level}: {told(gaps)}"
    fix = f"{gaps[0].fix}; or claim {level}"
    lower = Change(kind="value", where=("openness", field), source=level)
    yield RuleResult(where=("openness", field), what=what, fix=fix, change=lower)


def told(gaps: tuple[Proof, ...]) -> str:
    """The first gaps in words, and how many more there are."""
    shown = [f"{gap.claim.rpartition(' ')[0]}: {gap.because}" for gap in gaps[:_MOST]]
    if len(gaps) > _MOST:
        shown.append(f"{len(gaps) - _MOST} more, see `dtmodels explain`")
    return "; ".join(shown)
