"""Which names are releases, and which comes after which."""

from __future__ import annotations

import pytest

from dtbase.system.errors import WrongUsage
from dtmodels.publishing.published_releases import highest
from dtmodels.release.tags import Tag, is_tag, nightly_tag, parse_tag

GOOD = ["v0.0.1", "v1.2.3", "v10.0.0", "v1.2.3-rc.1", "nightly-20260131-0123456789ab"]
ODD = [
    "", "v1", "v1.2", "1.2.3", "V1.2.3", "v1.2.3.4", "v01.2.3", "v1.2.3-rc1", "v1.2.3-beta.1", "v1.2.3+1", "latest",
    "nightly", "nightly-20260131", "v1.2.3\n", " v1.2.3", "v1.2.3;id", "v1.2.3$(id)", "v1.2.3`id`", "../v1.2.3",
    "v1.2.3/../../x", "v1.2.3\x00", "v１.2.3", "v1.2.3\u202e", "-v1.2.3", "--draft", "v1.2.3 --force", "v1.2.9999999",
    "%76%31", "refs/tags/v1.2.3", "v1.2.3::error::x", "v" + "1" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_these_are_tags_of_releases(text: str) -> None:
    assert parse_tag(text).text == text


@pytest.mark.parametrize("text", ODD)
def test_anything_else_is_refused_in_one_short_line_of_plain_characters(text: str) -> None:
    assert not is_tag(text)
    with pytest.raises(WrongUsage, match="is not a release tag") as refused:
        parse_tag(text)
    said = str(refused.value)
    assert said.isascii()
    assert len(said) < 200
    assert len(said.splitlines()) == 2


def test_versions_are_ordered_as_numbers_and_a_candidate_comes_before_its_version() -> None:
    names = ["v0.9.0", "v1.0.0-rc.2", "v1.0.0-rc.10", "v1.0.0", "v1.0.1-rc.1", "v1.0.1", "v1.2.0", "v1.10.0"]
    shuffled = [names[place] for place in (3, 7, 0, 5, 1, 6, 2, 4)]
    assert sorted(shuffled, key=lambda name: Tag(name).order) == names


def test_the_highest_version_is_no_candidate_no_nightly_and_nobody_elses_tag() -> None:
    published = ["v1.2.0", "v1.10.0", "v2.0.0-rc.1", "nightly-20260131-0123456789ab", "release-5.6.0"]
    assert highest(published) == "v1.10.0"
    assert highest(published, below=Tag("v1.10.0")) == "v1.2.0"
    assert highest(published, below=Tag("v1.2.0")) is None
    assert highest(published, below=Tag("nightly-20260131-0123456789ab")) == "v1.10.0"


def test_a_nightly_is_named_after_its_commit() -> None:
    tag = nightly_tag("0123456789abcdef0123456789abcdef01234567", "2026-01-31")
    assert tag.text == "nightly-20260131-0123456789ab"
    assert tag.nightly
    assert tag.prerelease
