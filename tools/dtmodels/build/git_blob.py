"""Id of a file in git, which identifies a file of another repository with an unknown SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

CHUNK = 1 << 20


def git_blob(path: Path) -> str:
    """Return the SHA-1 of `blob`, the size and the content of a file, as 40 hexadecimal digits.

    Source: git's object format, https://git-scm.com/book/en/v2/Git-Internals-Git-Objects.
    """
    total = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            total.update(block)
    return total.hexdigest()
