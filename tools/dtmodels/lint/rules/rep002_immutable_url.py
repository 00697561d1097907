"""The URL of a checkpoint always serves the same file.

A branch, `latest` or `resolve/main` serves whatever was pushed last, and so does a tag such as `nightly`. The digest
would detect the change, but then the model could no longer be built. A reference without a number counts as a branch.

Fix: Put the commit or the tag into the URL. For the Hugging Face Hub use hub: {repository, revision, path}.

Bad::

    - {name: weights, url: "https://huggingface.co/owner/network/resolve/main/weights.safetensors"}

Good::

    - name: weights
      hub: {repository: owner/network, revision: 0f1e2d3c4b5a69788796a5b4c3d2e1f001234567, path: weights.safetensors}
"""

from collections.abc import Iterator

from dtmodels.lint.moving_reference import moving_reference
from dtmodels.lint.rule import RuleResult, Severity, Subject

SEVERITY: Severity = "error"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Find names of branches and other changing references in URLs."""
    for index, checkpoint in enumerate(subject.card.checkpoints):
        if checkpoint.url and (name := moving_reference(checkpoint.url)):
            what = f"the URL names '{name}', whose content can change"
            fix = "name a commit or a tag instead; for the Hugging Face Hub use hub with a revision"
            yield RuleResult(where=("checkpoints", index, "url"), what=what, fix=fix)
