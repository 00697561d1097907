"""Every licence is stated.

Weights without a stated licence may be used by their owner alone. The licence of the code does not cover the weights.

Fix: Ask the authors, and write the SPDX expression that they give; for a dataset without a stated licence write
NOASSERTION.

Bad::

    license: {code: MIT}

Good::

    license: {weights: MIT, code: MIT}
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
