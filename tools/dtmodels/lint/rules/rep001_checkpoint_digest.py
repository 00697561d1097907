"""Every checkpoint has the SHA-256 and the size of its file, unless the card is a draft or a candidate.

A URL can serve other weights tomorrow. The digest identifies the reviewed file, and every rebuild is checked against
it. A candidate may state the id of the file's git blob instead, until `dtmodels promote` has fetched the file.

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
    """Reject well-formed placeholders; the card reader reports malformed digests, and missing ones once released."""
    for index, checkpoint in enumerate(subject.card.checkpoints):
        where: FieldPath = ("checkpoints", index)
        if subject.card.status == "candidate" and not (checkpoint.sha256 or checkpoint.git_blob):
            what = f"nothing identifies the file of '{checkpoint.name}'"
            fix = "write its sha256 or its git_blob, or set status: draft until one is known"
            yield RuleResult(where=where, what=what, fix=fix)
        yield from _check((*where, "git_blob"), checkpoint.git_blob)
        yield from _check((*where, "sha256"), checkpoint.sha256)
        if checkpoint.member:
            yield from _check((*where, "member", "sha256"), checkpoint.member.sha256)


def _check(where: FieldPath, digest: str | None) -> Iterator[RuleResult]:
    if digest and len(set(digest)) == 1:
        yield RuleResult(where=where, what="one repeated digit is not a digest", fix="write what `sha256sum` prints")
