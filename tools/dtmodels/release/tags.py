"""Release tags: `v1.2.3`, the candidate `v1.2.3-rc.1`, and `nightly-20260131-0123456789ab`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dtbase.system.errors import WrongUsage

NIGHTLY = "nightly"
"""Name that requests a nightly. Its tag contains the commit, because a published release never changes."""
_NUMBER = "(0|[1-9][0-9]{0,5})"
_FORM = re.compile(rf"v{_NUMBER}[.]{_NUMBER}[.]{_NUMBER}(?:-rc[.]{_NUMBER})?|nightly-[0-9]{{8}}-[0-9a-f]{{12}}")
_FINAL = 1_000_000
"""Sort key of a version without candidate number: after all its candidates."""


@dataclass(frozen=True, slots=True)
class Tag:
    """The name of a release."""

    text: str

    @property
    def nightly(self) -> bool:
        """True for a nightly."""
        return self.text.startswith(NIGHTLY)

    @property
    def prerelease(self) -> bool:
        """True for a candidate or a nightly, which only testers download."""
        return self.nightly or "-rc." in self.text

    @property
    def version(self) -> str:
        """The version as in the changelog: without the `v`."""
        return self.text.removeprefix("v")

    @property
    def order(self) -> tuple[int, ...]:
        """Sort key; a nightly sorts after every version, because it contains later changes."""
        if self.nightly:
            return (_FINAL,)
        major, minor, patch, candidate = (int(part or _FINAL) for part in _parts(self.text))
        return (major, minor, patch, candidate)


def parse_tag(text: str) -> Tag:
    """Parse the name of a release.

    Raises:
        WrongUsage: the text is not a release tag.
    """
    if not _FORM.fullmatch(text):
        excerpt = ascii(text if len(text) <= 60 else f"{text[:57]}...")
        raise WrongUsage(f"{excerpt} is not a release tag", fix="use v1.2.3, v1.2.3-rc.1, or nightly")
    return Tag(text)


def is_tag(text: str) -> bool:
    """Return True if the text is a release tag."""
    return _FORM.fullmatch(text) is not None


def nightly_tag(commit: str, date: str) -> Tag:
    """Return the nightly tag of a commit and its date (YYYY-MM-DD); equal commits have equal tags."""
    return parse_tag(f"{NIGHTLY}-{date.replace('-', '')}-{commit[:12]}")


def _parts(text: str) -> tuple[str | None, ...]:
    match = _FORM.fullmatch(text)
    return match.groups() if match else ()
