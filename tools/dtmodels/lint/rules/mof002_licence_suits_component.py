"""The licence of a component was written for that kind of work.

The Model Openness Framework accepts any open licence, but recommends one written for the kind of component. Apache-2.0
speaks of source and object code, and does not define these for weights or a report.

Fix: No action is required. If you publish the component yourself, use CDLA-Permissive-2.0 or CC-BY-4.0 for data and
weights, CC-BY-4.0 for documents, and a software licence for code.

Authority: Model Openness Framework, https://arxiv.org/abs/2403.13784

Bad::

    openness: {osaid: open-weights, mof: III, components: {data_card: {license: MIT, location: card.yaml}, ...}}

Good::

    openness: {osaid: open-weights, mof: III, components: {data_card: {license: CC-BY-4.0, location: card.yaml}, ...}}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.openness.derive import mof

SEVERITY: Severity = "info"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check the components of the claimed class; report each field once."""
    openness = subject.card.openness
    if openness is None:
        return
    derived = mof(subject.with_bases)
    reported = set()
    for step in derived.steps[: derived.rank(openness.mof)]:
        for leaf in step.proof.leaves():
            if leaf.remark and leaf.where not in reported:
                reported.add(leaf.where)
                yield RuleResult(where=leaf.where, what=f"{leaf.claim}: {leaf.remark}", fix="no action is required")
