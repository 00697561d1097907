"""The file holds a card: a mapping of fields to values.

An empty file, a list or a single text is no card.

Fix: start from `dtmodels new <id> --task <task>`.

Bad::

    - schema: 1

Good::

    schema: 1
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
