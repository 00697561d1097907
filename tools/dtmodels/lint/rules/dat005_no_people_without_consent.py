"""No model is trained on images of people that were scraped without their consent.

The people in such a dataset were never asked, cannot be found, and cannot be removed from the weights. Disclosure does
not make this acceptable. If the card and the registry of known datasets differ, the worse value of each fact counts;
`undisclosed` in the card takes nothing back. The registry is searched by name, URL and provenance.
Weights keep what their base model learned, so its data counts as well.

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
from dtmodels.card.placeholders import is_placeholder
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import DATASETS
from dtmodels.openness.grade import scraped_without_consent
from dtmodels.openness.inheritance import inherited_datasets
from dtmodels.openness.known_data import known_datasets, stated_values
from dtmodels.openness.non_open_data import training_data

SEVERITY: Severity = "error"
HARD = True

_FACTS = ("collection", "personal_data", "consent")


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check each dataset by the worst values of card and registry, even if its name is still a placeholder."""
    for index, data in training_data(subject.card):
        if scraped_without_consent(data):
            how = "is" if "scraped" in stated_values(data, "collection") else "may contain"
            what = f"{data.name} {how} scraped data about people without known consent{_registry_note(data)}"
            field = "provenance" if is_placeholder(data.name) else "name"
            fix = "train without the dataset, or choose another model"
            yield RuleResult(where=(*DATASETS, index, field), what=what, fix=fix)
    for inherited in inherited_datasets(subject.card, subject.directory.parent):
        if scraped_without_consent(inherited.dataset):
            what = (
                f"the base model {inherited.base} was trained on {inherited.dataset.name}, scraped data about people"
                f" without known consent ({inherited.place})"
            )
            yield RuleResult(where=("base_model", "name"), what=what, fix="start from another model, or choose another")


def _registry_note(data: Dataset) -> str:
    """The notes of the registry on the data it knows as scraped from people, if it knows worse than the card says."""
    if all(set(stated_values(data, field)) == {getattr(data, field)} for field in _FACTS):
        return ""
    scraped = [known for known in known_datasets(data) if known.shows_people_unasked] or known_datasets(data)
    return f" (registry on {scraped[0].name}: {scraped[0].note} {scraped[0].source})"
