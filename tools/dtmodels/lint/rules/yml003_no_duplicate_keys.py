"""Each key occurs once.

Most parsers silently keep the last of two equal keys. A reviewer may have seen the other one.

Fix: Delete one of the two; the message names both lines.

Bad::

    version: "1.0"
    version: "1.1"

Good::

    version: "1.1"
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
