"""The file at the URL of a checkpoint is still the reviewed one.

The card states size and digest. Servers report the size of a file, and the Hugging Face Hub also its SHA-256, so a
replaced file is detected without a download. This rule runs only with `--online`; a build compares the bytes
themselves.

Fix: Find out who replaced the file and why. Review it again before you write its digest into the card.

Bad::

    bytes: 116861841   # the server reports 116861842

Good::

    bytes: 116861841   # the server reports 116861841
"""

from collections.abc import Iterator

from dtmodels.card.model import Checkpoint
from dtmodels.lint.remote_sources import hub_file
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.web import Web

SEVERITY: Severity = "error"
HARD = True


def check_online(subject: Subject, web: Web) -> Iterator[RuleResult]:
    """Compare each checkpoint with the size and digest that its server reports."""
    for index, checkpoint in enumerate(subject.card.checkpoints):
        digest, size = _reported(checkpoint, web)
        fix = "review the new file, or find the reviewed one"
        if digest and checkpoint.sha256 and digest != checkpoint.sha256:
            what = f"the Hugging Face Hub reports the SHA-256 {digest[:64]}, not the one stated here"
            yield RuleResult(where=("checkpoints", index, "sha256"), what=what, fix=fix)
        elif size and checkpoint.bytes and size != checkpoint.bytes:
            what = f"the server reports {size} bytes, not {checkpoint.bytes}"
            yield RuleResult(where=("checkpoints", index, "bytes"), what=what, fix=fix)


def _reported(checkpoint: Checkpoint, web: Web) -> tuple[str | None, int | None]:
    if checkpoint.hub:
        return hub_file(web, checkpoint.hub)
    if checkpoint.url and checkpoint.url.startswith("https://"):
        response = web.head(checkpoint.url)
        return None, response.bytes if response.status == 200 else None
    return None, None
