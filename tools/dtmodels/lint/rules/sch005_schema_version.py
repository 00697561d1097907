"""The card states the version of the card format.

A later format may change the meaning of a field, so nothing else is checked until the version is known.

Fix: Add `schema: 1`, or use tools that know the version.

Bad::

    schema: 2

Good::

    schema: 1
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
