"""The network family that builds the model exists.

Everybody must be able to build the package again from the checkpoint; a family is the code that does it. A draft may
name one that is still to be written.

Fix: choose a family from tools/dtmodels/families, or add one file there.

Bad::

    convert: {family: magic}

Good::

    convert: {family: onnx}
"""

from collections.abc import Iterator

from dtbase.system.discovery import plugin_names
from dtbase.system.suggestions import did_you_mean
from dtmodels import families
from dtmodels.lint.rule import RuleResult, Severity, Subject

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look the family up among the members; an error once the card is no draft."""
    family, known = subject.card.convert.family, plugin_names(families)
    if family not in known:
        what = f"'{family}' is not a family"
        fix = f"a new family is a file tools/dtmodels/families/{family}.py; {did_you_mean(family, known)}"
        severity: Severity = "warning" if subject.card.status == "draft" else "error"
        yield RuleResult(where=("convert", "family"), what=what, fix=fix, severity=severity)
