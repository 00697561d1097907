"""Each key comes once.

Most readers keep the last of two equal keys and say nothing; the one a reviewer saw may not be the one that counts.

Fix: delete one of the two; both lines are named.

Bad::

    version: "1.0"
    version: "1.1"

Good::

    version: "1.1"
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
