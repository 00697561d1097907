"""The card describes a known dataset no more favourably than the registry.

Most models use the same datasets, and their licences are copied from card to card without a check. The registry,
schema/datasets-v1.json, records what was found, with its source and its certainty. A finding is a warning if the
registry only records common knowledge that was not checked.

Fix: Write what the registry records. If you know better, update the registry and give your source.

Authority: the row of schema/datasets-v1.json for each dataset, with its source

Bad::

    - {name: DIV2K, license: CC0-1.0, ...}

Good::

    - {name: DIV2K, license: NOASSERTION, ...}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import described_datasets
from dtmodels.openness.known_data import contradictions

SEVERITY: Severity = "error"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Compare each field of a known dataset with the registry; give its note once for each dataset."""
    for where, data in described_datasets(subject.card):
        noted: set[str] = set()
        for conflict in contradictions(data):
            label = conflict.field.replace("_", " ").replace("license", "licence")
            known = conflict.dataset
            note = "" if known.name in noted else f": {known.note}"
            noted.add(known.name)
            what = f"the {label} of {known.name} is '{conflict.known}', not '{conflict.claimed}'{note} ({known.source})"
            fix = f"write {conflict.field}: {conflict.known}, or update schema/datasets-v1.json"
            severity: Severity = "warning" if known.sure == "recalled" else "error"
            yield RuleResult(where=(*where, conflict.field), what=what, fix=fix, severity=severity)
