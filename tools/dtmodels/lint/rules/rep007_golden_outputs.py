"""A released model comes with what a rebuild is held against.

Whoever builds the package again has to see whether it is the same model. The golden outputs say so whatever the
processor, and they catch a toolchain that changed its mind.

Fix: run `dtmodels validate --pin <id>` and commit golden.json.

Bad::

    models/denoise-example/card.yaml

Good::

    models/denoise-example/card.yaml
    models/denoise-example/golden.json
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject

SEVERITY: Severity = "warning"

_EVIDENCE = "golden.json"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Ask for the golden outputs of a released model."""
    if subject.card.status == "released" and not (subject.directory / _EVIDENCE).is_file():
        what = f"there is no {_EVIDENCE} to hold a rebuild against"
        yield RuleResult(where=("status",), what=what, fix=f"run `dtmodels validate --pin {subject.card.id}`")
