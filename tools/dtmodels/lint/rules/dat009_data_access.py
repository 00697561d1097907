"""Every dataset states who can obtain it, and where.

The Open Source AI Definition requires information about all data: public data, data available on request, and
unavailable data. Without a URL even public data cannot be found.

Fix: Set access to public, on-request, restricted or undisclosed, and give the URL unless the dataset is undisclosed.

Authority: Open Source AI Definition 1.0, https://opensource.org/ai/open-source-ai-definition

Bad::

    - {name: Still Scenes, role: train, license: CC-BY-4.0, ...}

Good::

    - {name: Still Scenes, url: "https://still-scenes.net/", role: train, license: CC-BY-4.0, access: public, ...}
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
