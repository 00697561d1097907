"""A changed model has a higher version.

darktable compares the two numbers of the version and nothing else. Users who have a version never receive another
package with the same version, and the two packages cannot be distinguished.

These changes count: fields of the card that describe or build the package, files next to the card, and the network
family. Comments and layout do not count, nor do acceptances, evaluation, the demo, tolerances and the list of changes.
A model that has always been a draft or a candidate may keep its version, because it was never published.

Fix: Raise the version, and describe the change under `changes`.

Bad::

    version: "1.0"   # unchanged, although license.weights differs from the earlier revision

Good::

    version: "1.1"
"""

from collections.abc import Iterator

from dtmodels.card.reader import CardReading
from dtmodels.card.source_edits import quote_yaml
from dtmodels.lint.changes import changed_parts, earlier_values, parse_version, was_published
from dtmodels.lint.history import History
from dtmodels.lint.rule import RuleResult, Severity
from dtmodels.yaml.document import SourceChange

SEVERITY: Severity = "error"
HARD = True

_MAX_PARTS = 5
"""Number of changed parts that a message lists."""


def check_history(history: History, reading: CardReading) -> Iterator[RuleResult]:
    """Compare the model with its earlier revision."""
    before = earlier_values(history, reading)
    if before is None or not reading.values:
        return
    version, earlier_version = parse_version(reading.values.get("version")), parse_version(before.get("version"))
    if version is None or version != earlier_version or not was_published(history, reading):
        return
    if parts := changed_parts(history, reading, before):
        listed = ", ".join(parts[:_MAX_PARTS]) + (
            f" and {len(parts) - _MAX_PARTS} more" if len(parts) > _MAX_PARTS else ""
        )
        higher = quote_yaml(f"{version[0]}.{version[1] + 1}")
        what = f"{listed} changed since {history.revision}, but the version is still {version[0]}.{version[1]}"
        change = SourceChange(kind="value", where=("version",), source=higher)
        yield RuleResult(where=("version",), what=what, fix=f"write version: {higher} or higher", change=change)
