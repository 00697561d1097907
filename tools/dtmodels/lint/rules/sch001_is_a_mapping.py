"""The card is a mapping of fields to values.

An empty file, a list or a single text is not a card.

Fix: Start from `dtmodels new <id> --task <task>`.

Bad::

    - schema: 1

Good::

    schema: 1
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
