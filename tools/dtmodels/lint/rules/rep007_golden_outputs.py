"""A released model has golden outputs to check a rebuild against.

Whoever rebuilds the package has to know whether it is the same model. Golden outputs show this on every CPU, and they
reveal a change in the toolchain. A candidate has none yet: `dtmodels promote` writes them.

Fix: Run `dtmodels validate --pin <id>` and commit golden.json.

Bad::

    models/denoise-example/card.yaml

Good::

    models/denoise-example/card.yaml
    models/denoise-example/golden.json
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject

SEVERITY: Severity = "warning"

_FILE = "golden.json"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Require the golden outputs of a released model."""
    if subject.card.status == "released" and not (subject.directory / _FILE).is_file():
        what = f"{_FILE} is missing, so a rebuild cannot be checked"
        fix = f"run `dtmodels validate --pin {subject.card.id}` and commit {_FILE}"
        yield RuleResult(where=("status",), what=what, fix=fix)
