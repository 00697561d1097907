"""Every dataset has a licence expression, or NOASSERTION.

The licence of the weights says nothing about the data, and a missing line could mean anything. NOASSERTION says that
somebody looked and found no licence.

Fix: write the SPDX expression its makers state, NOASSERTION where they state none, LicenseRef-Mixed-Per-Item where each
item has its own.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    - {name: Still Scenes, role: train, access: public, ...}

Good::

    - {name: Still Scenes, role: train, license: CC-BY-4.0, access: public, ...}
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
