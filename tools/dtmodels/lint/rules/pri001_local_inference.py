"""The model runs on the photographer's own machine, and sends and reports nothing.

Photographs are private. Users of darktable expect that an image given to a model stays on their machine. No setting,
disclosure or convenience changes that.

Fix: This cannot be fixed in the card. A model that needs a server cannot be part of this collection.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    use: {scope: image denoising, inference: remote, network: none, telemetry: none}

Good::

    use: {scope: image denoising, inference: local, network: none, telemetry: none}
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
