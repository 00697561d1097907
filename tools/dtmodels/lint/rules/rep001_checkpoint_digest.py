"""Every checkpoint has the SHA-256 and the size of its file, unless the card is a draft.

A URL can serve other weights tomorrow. The digest identifies the reviewed file, and every rebuild is checked against
it.

Fix: Download the file on a machine you trust. Write its SHA-256, as `sha256sum` prints it, and its size in bytes into
the card. If it is an archive, write those of the file of weights under `member` as well. `dtmodels setup --pin` does
both.

Bad::

    checkpoints:
      - {name: weights, url: "https://github.com/owner/network/releases/download/v1/weights.pth"}

Good::

    checkpoints:
      - name: weights
        url: "https://github.com/owner/network/releases/download/v1/weights.pth"
        sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
        bytes: 116861841
"""

from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Reject well-formed placeholders; the card reader reports missing and malformed digests."""
    for index, checkpoint in enumerate(subject.card.checkpoints):
        where: FieldPath = ("checkpoints", index)
        yield from _check((*where, "sha256"), checkpoint.sha256)
        if checkpoint.member:
            yield from _check((*where, "member", "sha256"), checkpoint.member.sha256)


def _check(where: FieldPath, digest: str | None) -> Iterator[RuleResult]:
    if digest and len(set(digest)) == 1:
        yield RuleResult(where=where, what="one repeated digit is not a digest", fix="write what `sha256sum` prints")
