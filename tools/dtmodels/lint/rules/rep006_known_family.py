"""The network family that builds the model exists.

Every user must be able to rebuild the package from the checkpoint; the family is the code that does this. A draft may
name a family that is not written yet.

Fix: Choose a family from tools/dtmodels/families, or add one file there.

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
    """Look up the family among the plug-in modules; a warning for a draft, else an error."""
    family, known = subject.card.convert.family, plugin_names(families)
    if family not in known:
        what = f"'{family}' is not a network family"
        fix = f"for a new family add tools/dtmodels/families/{family}.py; {did_you_mean(family, known)}"
        severity: Severity = "warning" if subject.card.status == "draft" else "error"
        yield RuleResult(where=("convert", "family"), what=what, fix=fix, severity=severity)
