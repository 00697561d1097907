"""The card says which version of the card format it is written in.

A later format may give a field another meaning, so nothing else is checked until this is known.

Fix: add `schema: 1`, or use tools that know the version.

Bad::

    schema: 2

Good::

    schema: 1
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
