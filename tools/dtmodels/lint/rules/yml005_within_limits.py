"""Nesting, number of values and length of a value stay within limits.

At most 32 levels, 20,000 keys and values, and 8,192 characters in one value: far more than any card, far less than it
takes to exhaust a reader.

Fix: write it shorter or flatter; long texts belong into the publication.

Bad::

    description: (9,000 characters)

Good::

    description: UNet that removes noise
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
