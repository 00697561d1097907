"""What CHANGELOG.md says of a version. Its newest heading is the one place that says which version comes next."""

from __future__ import annotations

import re
from pathlib import Path

from dtbase.system.errors import Failure
from dtmodels.release.tags import Tag

CHANGELOG_FILE = "CHANGELOG.md"
_UNRELEASED = "Unreleased"
_HEADING = re.compile(r"^## \[(?P<version>[^\]]+)\](?: - (?P<date>\d{4}-\d\d-\d\d))?[ \t]*$", re.MULTILINE)


def changelog_section(root: Path, tag: Tag) -> str:
    """What is new in the version of a tag, as markdown; of a nightly, what is not released yet (which may be nothing).

    Raises:
        Failure: there is no changelog, the version is not its newest one, or its section is empty or has no date.
    """
    sections = _sections(root)
    if tag.nightly:
        return sections.get(_UNRELEASED, ("", ""))[1]
    newest = next((version for version in sections if version != _UNRELEASED), "")
    if tag.version != newest:
        said = f"its newest section is {newest}" if newest else "it has no section of a version"
        fix = f"move what is new below `## [{tag.version}] - YYYY-MM-DD`, or make the tag the changelog speaks of"
        raise Failure(f"the tag is {tag.text}, but {said}", where=CHANGELOG_FILE, fix=fix)
    date, text = sections[newest]
    if not date or not text:
        fix = "say what changed for those who use it, below a heading with a date"
        raise Failure(f"the section of {newest} has no {'text' if date else 'date'}", where=CHANGELOG_FILE, fix=fix)
    return text


def _sections(root: Path) -> dict[str, tuple[str, str]]:
    """Date and text of every version, newest first as the file has them."""
    path = root / CHANGELOG_FILE
    if not path.is_file():
        raise Failure("there is no changelog", where=str(path), fix="write one: https://keepachangelog.com")
    content = path.read_text(encoding="utf-8")
    found = list(_HEADING.finditer(content))
    ends = [heading.start() for heading in found[1:]] + [len(content)]
    return {
        heading["version"]: (heading["date"] or "", content[heading.end() : end].strip())
        for heading, end in zip(found, ends, strict=True)
    }
