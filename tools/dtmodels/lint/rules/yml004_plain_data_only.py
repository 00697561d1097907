"""The card has no anchors, aliases, merge keys, tags or directives.

A card never needs them, and parsers treat them differently. A few hundred bytes of aliases can keep a program busy for
minutes.

Fix: Write the value in full.

Bad::

    license: &mit {weights: MIT, code: MIT}

Good::

    license: {weights: MIT, code: MIT}
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
