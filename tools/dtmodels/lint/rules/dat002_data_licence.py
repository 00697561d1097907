"""Every dataset has a licence expression or NOASSERTION.

The licence of the weights does not cover the data, and a missing field could mean anything. NOASSERTION records that
a search for the licence found none.

Fix: Write the SPDX expression that the publisher of the dataset states. Write NOASSERTION if none is stated, and
LicenseRef-Mixed-Per-Item if each item has its own licence.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    - {name: Still Scenes, role: train, access: public, ...}

Good::

    - {name: Still Scenes, role: train, license: CC-BY-4.0, access: public, ...}
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
