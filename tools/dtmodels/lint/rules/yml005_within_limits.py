"""Nesting, number of values and length of a value are within limits.

The limits are 32 levels, 20,000 keys and values, and 8,192 characters in one value. Cards stay far below these limits.
Much larger files could exhaust a parser.

Fix: Shorten it, or nest it less deeply; a long text belongs in the publication.

Bad::

    description: (9,000 characters)

Good::

    description: UNet that removes noise
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
