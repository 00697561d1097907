"""Valid release tags and their order."""

from __future__ import annotations

import pytest

from dtbase.system.errors import WrongUsage
from dtmodels.publishing.published_releases import highest
from dtmodels.release.tags import Tag, is_tag, nightly_tag, parse_tag

VALID = ["v0.0.1", "v1.2.3", "v10.0.0", "v1.2.3-rc.1", "nightly-20260131-0123456789ab"]
INVALID = [
    "", "v1", "v1.2", "1.2.3", "V1.2.3", "v1.2.3.4", "v01.2.3", "v1.2.3-rc1", "v1.2.3-beta.1", "v1.2.3+1", "latest",
    "nightly", "nightly-20260131", "v1.2.3\n", " v1.2.3", "v1.2.3;id", "v1.2.3$(id)", "v1.2.3`id`", "../v1.2.3",
    "v1.2.3/../../x", "v1.2.3\x00", "v１.2.3", "v1.2.3\u202e", "-v1.2.3", "--draft", "v1.2.3 --force", "v1.2.9999999",
    "%76%31", "refs/tags/v1.2.3", "v1.2.3::error::x", "v" + "1" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("text", VALID)
def test_valid_tags_are_parsed(text: str) -> None:
    assert parse_tag(text).text == text


@pytest.mark.parametrize("text", INVALID)
def test_invalid_tag_is_rejected_with_a_short_ascii_message(text: str) -> None:
    assert not is_tag(text)
    with pytest.raises(WrongUsage, match="is not a release tag") as failure:
        parse_tag(text)
    message = str(failure.value)
    assert message.isascii()
    assert len(message) < 200
    assert len(message.splitlines()) == 2


def test_versions_sort_numerically_and_candidates_before_their_version() -> None:
    names = ["v0.9.0", "v1.0.0-rc.2", "v1.0.0-rc.10", "v1.0.0", "v1.0.1-rc.1", "v1.0.1", "v1.2.0", "v1.10.0"]
    shuffled = [names[index] for index in (3, 7, 0, 5, 1, 6, 2, 4)]
    assert sorted(shuffled, key=lambda name: Tag(name).order) == names


def test_highest_version_ignores_candidates_nightlies_and_foreign_tags() -> None:
    published = ["v1.2.0", "v1.10.0", "v2.0.0-rc.1", "nightly-20260131-0123456789ab", "release-5.6.0"]
    assert highest(published) == "v1.10.0"
    assert highest(published, below=Tag("v1.10.0")) == "v1.2.0"
    assert highest(published, below=Tag("v1.2.0")) is None
    assert highest(published, below=Tag("nightly-20260131-0123456789ab")) == "v1.10.0"


def test_nightly_tag_contains_its_commit() -> None:
    tag = nightly_tag("0123456789abcdef0123456789abcdef01234567", "2026-01-31")
    assert tag.text == "nightly-20260131-0123456789ab"
    assert tag.nightly
    assert tag.prerelease
