"""No model is trained on images of people that were scraped without their consent.

The people in such a dataset were never asked, cannot be found, and cannot be removed from the weights. Disclosure does
not make this acceptable. If the card and the registry of known datasets differ, the worse value counts.

Fix: This cannot be fixed in the card. Train without the dataset, or choose another model. If the people did consent,
set `consent` to given, and describe in `provenance` how they consented.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    - {name: Web Faces, collection: scraped, personal_data: people, consent: none, ...}

Good::

    - {name: Studio Portraits, collection: photographed, personal_data: people, consent: given, ...}
"""

from collections.abc import Iterator

from dtmodels.card.model import Dataset
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import described_training_datasets
from dtmodels.openness.grade import scraped_without_consent
from dtmodels.openness.known_data import known_datasets, worst_value

SEVERITY: Severity = "error"
HARD = True

_FACTS = ("collection", "personal_data", "consent")


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check each dataset by the worst values of card and registry."""
    for where, data in described_training_datasets(subject.card):
        if scraped_without_consent(data):
            how = "is" if worst_value(data, "collection") == "scraped" else "may contain"
            what = f"{data.name} {how} scraped data about people without known consent{_registry_note(data)}"
            yield RuleResult(
                where=(*where, "name"), what=what, fix="train without the dataset, or choose another model"
            )


def _registry_note(data: Dataset) -> str:
    """The note of the registry, if the registry says something worse than the card."""
    if all(getattr(data, field) == worst_value(data, field) for field in _FACTS):
        return ""
    return "".join(f" (registry on {known.name}: {known.note} {known.source})" for known in known_datasets(data))
