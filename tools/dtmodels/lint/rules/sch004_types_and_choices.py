"""Every value has the type and the form that its field requires.

Numbers are written without quotes, a value of a closed list is one of the list, and dates exist.

Fix: Write the value as the message shows.

Bad::

    status: finished

Good::

    status: released
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
