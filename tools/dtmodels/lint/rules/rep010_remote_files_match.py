"""What lies at the address of a checkpoint is still the file that was reviewed.

Size and digest stand in the card. Servers state the size of a file, and the Hugging Face Hub its SHA-256 too, so a file
that was exchanged is seen without downloading it. This is only looked at with `--online`; the download of a build
compares the bytes themselves.

Fix: find out who exchanged the file and why; review it again before the card takes over its digest.

Bad::

    bytes: 116861841   # and the server offers 116861842

Good::

    bytes: 116861841   # and the server offers as many
"""

from collections.abc import Iterator

from dtmodels.card.model import Checkpoint
from dtmodels.lint.remote_sources import hub_file
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.web import Web

SEVERITY: Severity = "error"
HARD = True


def check_online(subject: Subject, web: Web) -> Iterator[RuleResult]:
    """Hold each checkpoint against what its server states."""
    for index, checkpoint in enumerate(subject.card.checkpoints):
        digest, size = _offered(checkpoint, web)
        fix = "review the file again, or find the reviewed one"
        if digest and checkpoint.sha256 and digest != checkpoint.sha256:
            what = f"the hub holds a file with the SHA-256 {digest[:64]}"
            yield RuleResult(where=("checkpoints", index, "sha256"), what=what, fix=fix)
        elif size and checkpoint.bytes and size != checkpoint.bytes:
            what = f"the server offers {size} bytes, not {checkpoint.bytes}"
            yield RuleResult(where=("checkpoints", index, "bytes"), what=what, fix=fix)


def _offered(checkpoint: Checkpoint, web: Web) -> tuple[str | None, int | None]:
    if checkpoint.hub:
        return hub_file(web, checkpoint.hub)
    if checkpoint.url and checkpoint.url.startswith("https://"):
        answer = web.head(checkpoint.url)
        return None, answer.bytes if answer.status == 200 else None
    return None, None
