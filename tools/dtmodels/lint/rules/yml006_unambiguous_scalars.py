"""A value that other readers would take for another type is in quotes.

These tools take the text as it stands. Others read `1.10` as the number 1.1, `NO` as false, `12e4567` as infinity and
an all-digit digest as a number, and lose what was written.

Fix: put the value in quotes.

Bad::

    version: 1.10

Good::

    version: "1.10"
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "warning"
HARD = True
