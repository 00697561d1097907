"""Every known dataset that a text of the card names is among its datasets.

Descriptions, limitations and addresses often name the actual training data, while the list of datasets gives it another
name or leaves it out. The registry, schema/datasets-v1.json, is searched for in all of them. What a text excludes, or
names for comparison or as a benchmark, is not meant. The finding is an error if the registry knows the dataset as
scraped images of people.

Fix: Add the dataset to training.datasets with its usual name. If the model was not trained on it, say so in the text.

Authority: the row of schema/datasets-v1.json for each dataset, with its source

Bad::

    description: Image encoder trained on LAION-2B
    training: {datasets: [{name: Web pairs, ...}]}

Good::

    description: Image encoder trained on Still Scenes
    training: {datasets: [{name: Still Scenes, ...}]}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.openness.dataset_registry import KnownDataset, datasets_in_text, datasets_in_url
from dtmodels.openness.known_data import known_datasets
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"
HARD = True

_TEXTS = ("description", "architecture", "limitations", "status_reason")
_ADDRESSES = ("source", "training", "checkpoints")


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Search texts and addresses; report each missing dataset once. A draft may name what is not cleared up yet."""
    listed = {known for data in subject.card.training.datasets for known in known_datasets(data)}
    for known, where, part in _named(subject):
        if known not in listed:
            listed.add(known)
            what = f"the card names {known.name}, but no dataset is it (registry: {known.note} {known.source})"
            fix = f"add {known.name} to training.datasets, or say in the text that it was not used"
            sure = known.shows_people_unasked and subject.card.status != "draft"
            severity: Severity = "error" if sure else "warning"
            yield RuleResult(where=where, part=part, what=what, fix=fix, severity=severity)


def _named(subject: Subject) -> Iterator[tuple[KnownDataset, FieldPath, tuple[int, int] | None]]:
    """The known datasets that texts name, each with its place; and those of people that names and addresses contain."""
    for where, text in subject.texts():
        if where[0] in _TEXTS:
            yield from ((known, where, (found.start, found.end)) for known, found in datasets_in_text(text))
        elif where == ("name",) or (where[0] in _ADDRESSES and where[1] != "datasets"):
            address = f"https://{text.removeprefix('https://')}"
            yield from ((known, where, None) for known in datasets_in_url(address) if known.shows_people_unasked)
