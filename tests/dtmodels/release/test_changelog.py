"""The changelog defines the next version and its changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtmodels.release.changelog import changelog_section
from dtmodels.release.tags import parse_tag

TEXT = """\
# Changelog

## [Unreleased]

* Not out yet.

## [1.1.0] - 2026-02-01

### Added

* A model.

[link]: https://www.darktable.org

## [1.0.0] - 2026-01-01

* The first.
"""


def test_section_of_the_newest_version_and_of_a_nightly(tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").write_text(TEXT)
    assert changelog_section(tmp_path, parse_tag("v1.1.0")).startswith("### Added\n\n* A model.")
    assert changelog_section(tmp_path, parse_tag("nightly-20260131-0123456789ab")) == "* Not out yet."


@pytest.mark.parametrize(
    ("tag", "text", "message"),
    [
        ("v1.0.0", TEXT, "its newest section is 1.1.0"),
        ("v1.2.0", TEXT, "its newest section is 1.1.0"),
        ("v1.1.0-rc.1", TEXT, "its newest section is 1.1.0"),
        ("v1.1.0", TEXT.replace("### Added\n\n* A model.\n\n[link]: https://www.darktable.org\n", ""), "has no text"),
        ("v1.1.0", TEXT.replace("[1.1.0] - 2026-02-01", "[1.1.0]"), "has no date"),
        ("v1.1.0", "# Changelog\n\n## [Unreleased]\n\n* New.\n", "it has no section of a version"),
    ],
)
def test_tag_without_matching_section_is_rejected(tmp_path: Path, tag: str, text: str, message: str) -> None:
    (tmp_path / "CHANGELOG.md").write_text(text)
    with pytest.raises(Failure, match=message) as failure:
        changelog_section(tmp_path, parse_tag(tag))
    assert failure.value.fix


def test_missing_changelog_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="there is no changelog"):
        changelog_section(tmp_path, parse_tag("v1.0.0"))
