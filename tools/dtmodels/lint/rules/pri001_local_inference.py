"""The model runs on the photographer's own machine, sends nothing and reports nothing.

Photographs are private. darktable gives an image to a model in the belief that it goes nowhere else, and no setting,
disclosure or convenience changes that.

Fix: none in the card: a model that needs a server cannot be part of this collection.

Authority: darktable's AI model policy, https://github.com/darktable-org/darktable-ai/wiki/AI-Model-Policy

Bad::

    use: {scope: image denoising, inference: remote, network: none, telemetry: none}

Good::

    use: {scope: image denoising, inference: local, network: none, telemetry: none}
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
