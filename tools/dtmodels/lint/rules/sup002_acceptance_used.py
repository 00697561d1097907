"""An acceptance silences something.

One that is left over grades the card lower than it deserves, and would silence a later finding nobody has seen.

Fix: delete the acceptance.

Bad::

    acceptances: [{rule: SCH008, reason: The name really is written so., by: A. Maintainer, date: "2026-01-31"}]

Good::

    acceptances: []
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "warning"
HARD = True
