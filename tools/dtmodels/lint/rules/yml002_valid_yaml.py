"""The file is one valid YAML document.

Only the first mistake is reported: what follows it cannot be trusted.

Fix: correct the syntax at the place shown.

Bad::

    name: "denoise example

Good::

    name: "denoise example"
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
