"""Every dataset says who can get it, and where.

Open Source AI asks for information about all data: what anybody can download, what can be asked for, and what cannot be
had at all. Without an address even public data cannot be found.

Fix: set access to public, on-request, restricted or undisclosed, and give the address unless nobody discloses the set.

Authority: Open Source AI Definition 1.0, https://opensource.org/ai/open-source-ai-definition

Bad::

    - {name: Still Scenes, role: train, license: CC-BY-4.0, ...}

Good::

    - {name: Still Scenes, url: "https://still-scenes.net/", role: train, license: CC-BY-4.0, access: public, ...}
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
