"""Every required field is present and has a value.

A field without a value counts as missing. Released cards require more than drafts: publication, training, openness,
limitations, checkpoints and changes.

Fix: Add the field; schema/card-v1.schema.json describes it.

Bad::

    use: {inference: local, network: none, telemetry: none}

Good::

    use: {scope: image denoising, inference: local, network: none, telemetry: none}
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
