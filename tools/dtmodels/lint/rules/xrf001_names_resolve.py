"""Names are unique, and references to them resolve.

A family receives its checkpoints by name, so two with the same name would become one. A limitation that names an
unknown dataset discloses nothing.

Fix: Give each checkpoint and each dataset its own name, and use these names in limitations.

Bad::

    limitations: [{about: data, text: Trained on phones only., datasets: [Stil Scenes]}]

Good::

    limitations: [{about: data, text: Trained on phones only., datasets: [Still Scenes]}]
"""

from collections.abc import Iterator, Sequence

from dtbase.system.suggestions import did_you_mean
from dtmodels.card.look_alikes import as_seen
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check that names are unique and that limitations name known datasets."""
    card = subject.card
    datasets = [data.name for data in card.training.datasets]
    yield from _unique(subject, ("checkpoints",), [checkpoint.name for checkpoint in card.checkpoints])
    yield from _unique(subject, ("training", "datasets"), datasets)
    for index, limitation in enumerate(card.limitations):
        for position, name in enumerate(limitation.datasets):
            if name not in datasets:
                where = ("limitations", index, "datasets", position)
                yield RuleResult(where=where, what=f"there is no dataset '{name}'", fix=did_you_mean(name, datasets))


def _unique(subject: Subject, where: FieldPath, names: Sequence[str]) -> Iterator[RuleResult]:
    """Compare names as a reader sees them: capitals, spaces and look-alikes do not make two names."""
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        first = seen.setdefault(" ".join(as_seen(name).lower().split()), index)
        if first != index:
            line = subject.span((*where, first, "name")).line
            what = f"the name '{name}' is already used in line {line}, by {'.'.join(map(str, where))}[{first}]"
            yield RuleResult(where=(*where, index, "name"), what=what, fix="choose another name, or delete one of both")
