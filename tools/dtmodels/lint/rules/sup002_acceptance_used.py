"""Every acceptance matches a finding.

An unused acceptance lowers the grade of the card without need. It would also silence a later finding that was never
reviewed.

Fix: Delete the acceptance.

Bad::

    acceptances: [{rule: SCH008, reason: The name really is written so., by: A. Maintainer, date: "2026-01-31"}]

Good::

    acceptances: []
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "warning"
HARD = True
