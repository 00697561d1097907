"""Names as parts of addresses."""

from __future__ import annotations

import hashlib
import re

LONGEST = 60
"""Characters of a name that are kept."""


def slug(name: str) -> str:
    """A part of an address for a name: ASCII letters, digits and hyphens.

    Names that lose a letter, or are long, get a digest of the whole name, so that two names never share an address.
    """
    plain = re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.")[:LONGEST].strip("-.")
    faithful = plain and re.fullmatch(r"[ -~]*", name) and len(name) <= LONGEST and not re.search(r"[^\w .,'-]", name)
    return plain if faithful else f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".strip("-")
