"""No anchors, aliases, merge keys, tags or directives.

A card never needs them, readers disagree about them, and a few hundred bytes of aliases can keep a program busy for
minutes.

Fix: write the value out where it belongs.

Bad::

    license: &mit {weights: MIT, code: MIT}

Good::

    license: {weights: MIT, code: MIT}
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
