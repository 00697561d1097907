"""Nothing is made from images of people that were scraped without their consent.

Whoever is shown in such a set was never asked, cannot be found, and cannot be taken out of the weights again. This is
one of the few things no disclosure makes good. What the registry of known sets says counts as much as the card.

Fix: none in the card: train without the set, or choose another model. Where the people did agree, say so in `consent`
and tell how in `provenance`.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    - {name: Web Faces, collection: scraped, personal_data: people, consent: none, ...}

Good::

    - {name: Studio Portraits, collection: photographed, personal_data: people, consent: given, ...}
"""

from collections.abc import Iterator

from dtmodels.card.model import Dataset
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import described_training_data
from dtmodels.openness.grade import scraped_without_consent
from dtmodels.openness.known_data import known_datasets, worst_value

SEVERITY: Severity = "error"
HARD = True

_FACTS = ("collection", "personal_data", "consent")


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Judge each set by the worst of what the card and the registry say."""
    for where, data in described_training_data(subject.card):
        if scraped_without_consent(data):
            how = (
                "scraped" if worst_value(data, "collection") == "scraped" else "partly scraped, as far as anybody says,"
            )
            what = f"{data.name} is {how} data about people who did not consent{_registered(data)}"
            yield RuleResult(where=(*where, "name"), what=what, fix="train without it, or choose another model")


def _registered(data: Dataset) -> str:
    """What the registry says where it says something worse than the card."""
    if all(getattr(data, field) == worst_value(data, field) for field in _FACTS):
        return ""
    return "".join(f" (known of {known.name}: {known.note} {known.source})" for known in known_datasets(data))
