"""A model that changed has a higher version.

darktable compares the two numbers of the version and nothing else. Another package under the same number never reaches
those who have the first one, and nobody can tell the two apart.

What counts is what a package is made of: the fields of the card that describe or build it, the files beside the card,
and the network family. Comments and layout do not count, nor do acceptances, evaluation, the demo, tolerances and the
list of changes. A model that was a draft all along keeps its version if it likes: it was never published.

Fix: raise the version, and say under `changes` what is new.

Bad::

    version: "1.0"   # and at the earlier revision license.weights was another

Good::

    version: "1.1"
"""

from collections.abc import Iterator

from dtmodels.card.reader import Reading
from dtmodels.card.source_edits import quoted
from dtmodels.lint.changes import changed_parts, earlier_values, parse_version, was_published
from dtmodels.lint.history import History
from dtmodels.lint.rule import RuleResult, Severity
from dtmodels.yaml.document import Change

SEVERITY: Severity = "error"
HARD = True

_MOST = 5


def check_history(history: History, reading: Reading) -> Iterator[RuleResult]:
    """Compare the model with what it was."""
    before = earlier_values(history, reading)
    if before is None or not reading.values:
        return
    version, then = parse_version(reading.values.get("version")), parse_version(before.get("version"))
    if version is None or version != then or not was_published(history, reading):
        return
    if parts := changed_parts(history, reading, before):
        shown = ", ".join(parts[:_MOST]) + (f" and {len(parts) - _MOST} more" if len(parts) > _MOST else "")
        higher = quoted(f"{version[0]}.{version[1] + 1}")
        what = f"changed since {history.revision}: {shown}; but the version is still {version[0]}.{version[1]}"
        change = Change(kind="value", where=("version",), source=higher)
        yield RuleResult(where=("version",), what=what, fix=f"write version: {higher}, or a higher one", change=change)
