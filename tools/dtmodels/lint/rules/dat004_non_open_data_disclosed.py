"""Data that falls short is disclosed by a limitation that names it, and accepted by somebody.

Good models rest on data that is not open: research sets, scraped images, sets nobody discloses. This collection does
not ask for purity, it asks for honesty. The limitation tells photographers, the acceptance says who answers for it, and
the card is graded disclosed. A set no limitation names can be accepted by nobody.

Fix: add a limitation about the data that lists the set under `datasets` and says what falls short; then let a
maintainer add `{rule: DAT004, reason: ..., by: ..., date: ...}` to the acceptances. Better: train without the set.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    training: {datasets: [{name: Research Scenes, license: NOASSERTION, access: on-request, ...}]}
    limitations: []

Good::

    training: {datasets: [{name: Research Scenes, license: NOASSERTION, access: on-request, ...}]}
    limitations:
      - {about: data, text: Learned from images that are handed out for research only., datasets: [Research Scenes]}
    acceptances:
      - {rule: DAT004, reason: No open set shows this kind of scene., by: A. Maintainer, date: "2026-01-31"}
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import described_training_datasets
from dtmodels.openness.non_open_data import compromises, limitation_mentions

SEVERITY: Severity = "error"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Hold each set that falls short against the limitations; silence about it cannot be accepted."""
    for where, data in described_training_datasets(subject.card):
        reasons = compromises(data)
        if not reasons:
            continue
        what = f"{data.name} falls short: {'; '.join(reasons)}"
        if any(limitation_mentions(limitation, data) for limitation in subject.card.limitations):
            fix = "let a maintainer accept DAT004 with a reason, or train without the set"
            yield RuleResult(where=(*where, "name"), what=f"{what}. This is disclosed, but nobody accepted it", fix=fix)
        else:
            fix = f"add a limitation about data with datasets: [{data.name}]"
            yield RuleResult(where=(*where, "name"), what=f"{what}. No limitation names it", fix=fix, hard=True)
