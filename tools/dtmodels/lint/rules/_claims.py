"""Compare a claimed openness class with the derived one; used by MOF001, MOF003, OSA001 and OSA002."""

from __future__ import annotations

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Subject
from dtmodels.lint.rules._data import is_unfinished_draft
from dtmodels.openness.proof import Derivation, Proof
from dtmodels.yaml.document import SourceChange

_MAX_GAPS = 3


def excessive_claim(claimed: str, derived: Derivation, field: str, subject: Subject) -> Iterator[RuleResult]:
    """Report a claim above the derived class, with the missing facts; skip unfinished drafts."""
    level = derived.level
    if is_unfinished_draft(subject.card) or derived.rank(claimed) <= derived.rank(level):
        return
    gaps = unreported(derived.missing(claimed))
    if not gaps:
        return
    what = f"{derived.name} {claimed} is claimed, but the facts support {level}: {describe_gaps(gaps)}"
    fix = f"{gaps[0].fix}; or claim {level}"
    lower = SourceChange(kind="value", where=("openness", field), source=level)
    yield RuleResult(where=("openness", field), what=what, fix=fix, change=lower)


def unreported(gaps: tuple[Proof, ...]) -> tuple[Proof, ...]:
    """The gaps without those that another rule reports: MOF004, COD001 or REP005 a place, LIC002 a licence."""
    return tuple(gap for gap in gaps if not gap.reported)


def describe_gaps(gaps: tuple[Proof, ...]) -> str:
    """Describe the first gaps, and count the others."""
    reasons = [f"{gap.claim.rpartition(' ')[0]}: {gap.because}" for gap in gaps[:_MAX_GAPS]]
    if len(gaps) > _MAX_GAPS:
        reasons.append(f"{len(gaps) - _MAX_GAPS} more, see `dtmodels explain`")
    return "; ".join(reasons)
