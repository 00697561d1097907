"""Which tags are releases: `v1.2.3`, the candidate `v1.2.3-rc.1`, and `nightly-20260131-0123456789ab`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dtbase.system.errors import WrongUsage

NIGHTLY = "nightly"
"""What a nightly is asked for by; its own tag is made of its commit, for a published release is never changed."""
_NUMBER = "(0|[1-9][0-9]{0,5})"
_FORM = re.compile(rf"v{_NUMBER}[.]{_NUMBER}[.]{_NUMBER}(?:-rc[.]{_NUMBER})?|nightly-[0-9]{{8}}-[0-9a-f]{{12}}")
_FINAL = 1_000_000
"""Stands after every candidate of the same version."""


@dataclass(frozen=True, slots=True)
class Tag:
    """The name of a release."""

    text: str

    @property
    def nightly(self) -> bool:
        """Whether it belongs to the line of nightlies."""
        return self.text.startswith(NIGHTLY)

    @property
    def prerelease(self) -> bool:
        """Whether it is for those who asked for it only: a candidate or a nightly."""
        return self.nightly or "-rc." in self.text

    @property
    def version(self) -> str:
        """What the changelog calls it."""
        return self.text.removeprefix("v")

    @property
    def order(self) -> tuple[int, ...]:
        """Sorts versions; a nightly stands after every version, for it is made from what comes next."""
        if self.nightly:
            return (_FINAL,)
        major, minor, patch, candidate = (int(part or _FINAL) for part in _parts(self.text))
        return (major, minor, patch, candidate)


def parse_tag(text: str) -> Tag:
    """The tag called `text`.

    Raises:
        WrongUsage: no release may be called so.
    """
    if not _FORM.fullmatch(text):
        shown = ascii(text if len(text) <= 60 else f"{text[:57]}...")
        raise WrongUsage(f"{shown} is no tag of a release", fix="use v1.2.3, v1.2.3-rc.1, or nightly")
    return Tag(text)


def is_tag(text: str) -> bool:
    """Whether a release may be called so."""
    return _FORM.fullmatch(text) is not None


def nightly_tag(commit: str, date: str) -> Tag:
    """The nightly of a commit made on `date` (YYYY-MM-DD, from the commit): the same commit, the same tag."""
    return parse_tag(f"{NIGHTLY}-{date.replace('-', '')}-{commit[:12]}")


def _parts(text: str) -> tuple[str | None, ...]:
    found = _FORM.fullmatch(text)
    return found.groups() if found else ()
