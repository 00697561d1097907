"""Training data that is not open is disclosed in a limitation and accepted by a maintainer.

Good models often depend on data that is not open: research datasets, scraped images, undisclosed datasets. This
collection permits such data if it is disclosed. The limitation informs users, the acceptance names who is responsible,
and the grade of the model becomes `disclosed`. A dataset that no limitation names cannot be accepted.

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

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import described_training_datasets
from dtmodels.openness.non_open_data import compromises, limitation_mentions

SEVERITY: Severity = "error"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Compare datasets that are not open with the limitations; an undisclosed one cannot be accepted."""
    for where, data in described_training_datasets(subject.card):
        reasons = compromises(data)
        if not reasons:
            continue
        what = f"{data.name} is not open data: {'; '.join(reasons)}"
        if any(limitation_mentions(limitation, data) for limitation in subject.card.limitations):
            fix = "have a maintainer accept DAT004 with a reason, or train without the dataset"
            what += ". A limitation discloses this, but no maintainer accepted it"
            yield RuleResult(where=(*where, "name"), what=what, fix=fix)
        else:
            fix = f"add a limitation about data with datasets: [{data.name}]"
            yield RuleResult(where=(*where, "name"), what=f"{what}. No limitation names it", fix=fix, hard=True)
