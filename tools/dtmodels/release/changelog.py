"""Sections of CHANGELOG.md. Its newest heading defines the version of the next release."""

from __future__ import annotations

import re
from pathlib import Path

from dtbase.system.errors import Failure
from dtmodels.release.tags import Tag

CHANGELOG_FILE = "CHANGELOG.md"
_UNRELEASED = "Unreleased"
_HEADING = re.compile(r"^## \[(?P<version>[^\]]+)\](?: - (?P<date>\d{4}-\d\d-\d\d))?[ \t]*$", re.MULTILINE)


def changelog_section(root: Path, tag: Tag) -> str:
    """Return the changelog section of a tag as markdown; for a nightly, the unreleased section, which may be empty.

    Raises:
        Failure: there is no changelog, the version is not its newest one, or its section is empty or has no date.
    """
    sections = _sections(root)
    if tag.nightly:
        return sections.get(_UNRELEASED, ("", ""))[1]
    newest = next((version for version in sections if version != _UNRELEASED), "")
    if tag.version != newest:
        reason = f"its newest section is {newest}" if newest else "it has no section of a version"
        fix = f"move the changes below `## [{tag.version}] - YYYY-MM-DD`, or use the tag of the newest section"
        raise Failure(f"the tag is {tag.text}, but {reason}", where=CHANGELOG_FILE, fix=fix)
    date, text = sections[newest]
    if not date or not text:
        fix = "describe the changes for users, below a heading with a date"
        raise Failure(f"the section of {newest} has no {'text' if date else 'date'}", where=CHANGELOG_FILE, fix=fix)
    return text


def _sections(root: Path) -> dict[str, tuple[str, str]]:
    """Return date and text of every version, in the order of the file: newest first."""
    path = root / CHANGELOG_FILE
    if not path.is_file():
        raise Failure("there is no changelog", where=str(path), fix="write one: https://keepachangelog.com")
    content = path.read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(content))
    ends = [heading.start() for heading in headings[1:]] + [len(content)]
    return {
        heading["version"]: (heading["date"] or "", content[heading.end() : end].strip())
        for heading, end in zip(headings, ends, strict=True)
    }
