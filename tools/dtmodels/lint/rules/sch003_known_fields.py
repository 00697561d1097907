"""Every field is one the card has.

A misspelt field would be ignored, and what it says would be missing where it counts.

Fix: rename it to the field that was meant, or delete it.

Bad::

    licence: {weights: MIT, code: MIT}

Good::

    license: {weights: MIT, code: MIT}
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
