"""Training data that is not open is disclosed in a limitation and accepted by a maintainer.

Good models often depend on data that is not open: research datasets, scraped images, undisclosed datasets. This
collection permits such data if it is disclosed. The limitation informs users, the acceptance names who is responsible,
and the grade of the model becomes `disclosed`. A dataset that no limitation names cannot be accepted. The data of a
base model in this repository counts too; its name in the text of a limitation is enough.

Fix: Add a limitation about the data that lists the dataset under `datasets` and says what is not open. Then have a
maintainer add `{rule: DAT004, reason: ..., by: ..., date: ...}` to the acceptances. It is better to train without the
dataset.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    training: {datasets: [{name: Research Scenes, license: NOASSERTION, access: on-request, ...}]}
    limitations: []

Good::

    training: {datasets: [{name: Research Scenes, license: NOASSERTION, access: on-request, ...}]}
    limitations:
      - {about: data, text: Trained on images that are available for research only., datasets: [Research Scenes]}
    acceptances:
      - {rule: DAT004, reason: No open dataset shows this kind of scene., by: A. Maintainer, date: "2026-01-31"}
"""

from collections.abc import Iterator

from dtmodels.card.model import Dataset
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import described_training_datasets
from dtmodels.openness.grade import scraped_without_consent
from dtmodels.openness.inheritance import UNREADABLE, inherited_datasets
from dtmodels.openness.non_open_data import compromises, limitation_mentions
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Compare datasets that are not open with the limitations; an undisclosed one cannot be accepted."""
    for where, name, data in _datasets(subject):
        reasons = compromises(data)
        if not reasons:
            continue
        what = f"{name} is not open data: {'; '.join(reasons)}"
        if any(limitation_mentions(limitation, data) for limitation in subject.card.limitations):
            fix = "have a maintainer accept DAT004 with a reason, or train without the dataset"
            what += ". A limitation discloses this, but no maintainer accepted it"
            yield RuleResult(where=where, what=what, fix=fix)
        else:
            fix = f"add a limitation about data with datasets: [{data.name}]"
            yield RuleResult(where=where, what=f"{what}. No limitation names it", fix=fix, hard=True)


def _datasets(subject: Subject) -> Iterator[tuple[FieldPath, str, Dataset]]:
    """The described training data of the card and of its base models here: field, name in messages, dataset."""
    for where, data in described_training_datasets(subject.card):
        yield (*where, "name"), data.name, data
    for inherited in inherited_datasets(subject.card, subject.directory.parent):
        data = inherited.dataset
        if not inherited.known and inherited.place != UNREADABLE and not scraped_without_consent(data):
            yield ("base_model", "name"), f"{data.name}, inherited from {inherited.base} ({inherited.place}),", data
