"""Every licence is stated.

Whoever publishes weights without naming their licence publishes nothing anybody may use. The code's licence does not
cover the weights.

Fix: ask the authors, and write the SPDX expression of what they answer; NOASSERTION where a dataset states none.

Bad::

    license: {code: MIT}

Good::

    license: {weights: MIT, code: MIT}
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
