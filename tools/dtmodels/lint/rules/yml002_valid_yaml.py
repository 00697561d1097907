"""The file is one valid YAML document.

Only the first error is reported, because the text after it cannot be parsed reliably.

Fix: Correct the syntax at the reported position.

Bad::

    name: "denoise example

Good::

    name: "denoise example"
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
