"""The card says nothing better about a well-known set than what is known of it.

The same sets stand behind most models, and their licences are copied from card to card until nobody knows who first
looked. A registry, schema/datasets-v1.json, holds what was found out, with its source and how sure it is. Where the
fact is common knowledge nobody has looked up yet, the finding is a warning.

Fix: write what the registry says; or, if you know better, correct the registry and give your source.

Authority: the row of schema/datasets-v1.json for each set, with its source

Bad::

    - {name: DIV2K, license: CC0-1.0, ...}

Good::

    - {name: DIV2K, license: NOASSERTION, ...}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import described_data
from dtmodels.openness.known_data import contradictions

SEVERITY: Severity = "error"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Compare each field of a known set with the registry; its note is told once for each set."""
    for where, data in described_data(subject.card):
        told: set[str] = set()
        for found in contradictions(data):
            words = found.field.replace("_", " ").replace("license", "licence")
            known = found.dataset
            note = "" if known.name in told else f": {known.note}"
            told.add(known.name)
            what = f"the {words} of {known.name} is '{found.known}', not '{found.claimed}'{note} ({known.source})"
            fix = f"write {found.field}: {found.known}, or correct the registry"
            severity: Severity = "warning" if known.sure == "recalled" else "error"
            yield RuleResult(where=(*where, found.field), what=what, fix=fix, severity=severity)
