"""A value that other parsers read as another type is in quotes.

These tools read such a value as text. Other parsers read `1.10` as the number 1.1, `NO` as false, `12e4567` as infinity
and an all-digit digest as a number. They lose the original text.

Fix: Put the value in quotes.

Bad::

    version: 1.10

Good::

    version: "1.10"
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "warning"
HARD = True
