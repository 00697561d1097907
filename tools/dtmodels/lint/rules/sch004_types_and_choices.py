"""Every value has the type and the form its field asks for.

Numbers stand without quotes, closed lists are closed, dates exist.

Fix: write the value as the message shows.

Bad::

    status: finished

Good::

    status: released
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
