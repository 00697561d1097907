"""The licence of a component was written for its kind.

The Model Openness Framework accepts any open licence, and recommends one that was made for the thing: Apache-2.0 speaks
of source and object code, and leaves open what that is for weights or for a report.

Fix: nothing has to be done; when you publish the component yourself, take CDLA-Permissive-2.0 or CC-BY-4.0 for data and
weights, CC-BY-4.0 for documents, a software licence for code.

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
    """Look at the components of the claimed class; a field is spoken of once."""
    openness = subject.card.openness
    if openness is None:
        return
    derived = mof(subject.card)
    spoken = set()
    for step in derived.steps[: derived.rank(openness.mof)]:
        for leaf in step.proof.leaves():
            if leaf.remark and leaf.where not in spoken:
                spoken.add(leaf.where)
                yield RuleResult(where=leaf.where, what=f"{leaf.claim}: {leaf.remark}", fix="nothing has to be done")
