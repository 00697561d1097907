"""Every required field is there and says something.

A field without a value is as good as none. Released cards need more than drafts: publication, training, openness,
limitations, checkpoints and changes.

Fix: add the field; its description stands in schema/card-v1.schema.json.

Bad::

    use: {inference: local, network: none, telemetry: none}

Good::

    use: {scope: image denoising, inference: local, network: none, telemetry: none}
"""

from dtmodels.lint.rule import Severity

SEVERITY: Severity = "error"
HARD = True
