"""Every field is part of the card format.

A misspelt field would be ignored, and its value would be missing.

Fix: Rename it to the intended field, or delete it.

Bad::

    licence: {weights: MIT, code: MIT}

Good::

    license: {weights: MIT, code: MIT}
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
