"""Digest and size of a checkpoint can be those of a file of weights.

A digest of an empty file and a size that no host stores were not read from a file. Two cards that state different
sizes for one digest, or different digests for one URL, cannot both be right.

Fix: Download the file, and write its SHA-256 and its size in bytes. `dtmodels setup --pin` does both.

Authority: GitHub's limits, https://docs.github.com/en/repositories/working-with-files/managing-large-files

Bad::

    sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  # no bytes at all
    bytes: 1

Good::

    sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    bytes: 116861841
"""

import hashlib
from collections.abc import Iterator, Sequence

from dtmodels.card.model import ArchiveMember, Checkpoint
from dtmodels.lint.rule import Fact, RuleResult, Severity, Subject
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"
HARD = True

_FIX = "write what `sha256sum` and `ls -l` print for the file"
_NO_WEIGHTS = {
    hashlib.sha256(content).hexdigest(): text
    for content, text in (
        (b"", "an empty file"),
        (b"\n", "an empty line"),
        (b"0", "the text 0"),
        (b"{}", "the text {}"),
    )
}
_MIN_BYTES = 64
"""A header without any weights is larger, in each format of checkpoints."""
_MAX_BYTES = 100 * 10**9
_RELEASE_BYTES = 2 * 2**30
"""Assets of a GitHub release are smaller."""
_GIT_BYTES = 100 * 2**20
"""Largest file of a GitHub repository that is not in Git LFS; raw.githubusercontent.com serves no other."""


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check each digest and each size by itself."""
    for index, checkpoint in enumerate(subject.card.checkpoints):
        where: FieldPath = ("checkpoints", index)
        yield from _check_file(where, checkpoint, checkpoint.url or "")
        if checkpoint.member:
            yield from _check_file((*where, "member"), checkpoint.member, "")


def _check_file(where: FieldPath, file: Checkpoint | ArchiveMember, url: str) -> Iterator[RuleResult]:
    if file.sha256 in _NO_WEIGHTS:
        what = f"this is the SHA-256 of {_NO_WEIGHTS[file.sha256]}"
        yield RuleResult(where=(*where, "sha256"), what=what, fix=_FIX)
    if file.bytes and (what := _size_flaw(file.bytes, url)):
        yield RuleResult(where=(*where, "bytes"), what=what, fix=_FIX)


def _size_flaw(size: int, url: str) -> str:
    """Why no file of weights at a URL has this size, in bytes; empty if one can."""
    if size < _MIN_BYTES:
        return f"no file of weights has only {size} {'byte' if size == 1 else 'bytes'}"
    if size > _MAX_BYTES:
        return f"{size / 10**9:,.0f} GB is more than any model for darktable"
    if url.startswith("https://github.com/") and "/releases/download/" in url and size >= _RELEASE_BYTES:
        return "assets of a GitHub release are smaller than 2 GiB"
    if url.startswith("https://raw.githubusercontent.com/") and size > _GIT_BYTES:
        return "files that raw.githubusercontent.com serves have at most 100 MiB"
    return ""


def remember(subject: Subject) -> Iterator[Fact]:
    """Collect the size of each digest, and the digest of each URL."""
    path, model = subject.reading.path, subject.directory.name
    for index, checkpoint in enumerate(subject.card.checkpoints):
        where: FieldPath = ("checkpoints", index)
        for file, place in ((checkpoint, where), (checkpoint.member, (*where, "member"))):
            if file and file.sha256 and file.bytes and len(set(file.sha256)) > 1:
                span = subject.span((*place, "bytes"))
                yield Fact(model=model, key=file.sha256, value=str(file.bytes), path=path, span=span)
        if checkpoint.url and checkpoint.sha256:
            span = subject.span((*where, "sha256"))
            yield Fact(model=model, key=checkpoint.url, value=checkpoint.sha256, path=path, span=span)


def compare(facts: Sequence[Fact]) -> Iterator[tuple[Fact, RuleResult]]:
    """Compare each fact with the first one about the same digest or URL."""
    first: dict[str, Fact] = {}
    for fact in facts:
        other = first.setdefault(fact.key, fact)
        if other.value == fact.value:
            continue
        if "://" in fact.key:
            what = f"{other.model} states the SHA-256 {other.value[:12]}... for the same URL"
        else:
            what = f"{other.model} states {other.value} bytes for the same file ({fact.key[:12]}...)"
        yield fact, RuleResult(what=what, fix=f"download the file, and correct both cards: {_FIX}")
