"""Profiles: what fails while writing, in a review, and before a release."""

from dataclasses import replace

import pytest

from dtbase.system.errors import WrongUsage
from dtmodels.lint.profiles import find_profile, profile_names
from dtmodels.lint.rule import Finding

FINDING = Finding(rule="XXX001", severity="error", path="card.yaml", line=1, column=1, end=1, message="m", fix="f")


def severities(profile: str, *, hard: bool) -> list[str]:
    given = [replace(FINDING, severity=severity, hard=hard) for severity in ("error", "warning", "info")]  # type: ignore[arg-type]
    return [find_profile(profile).judged(finding).severity for finding in given]


def test_a_draft_fails_only_where_nobody_could_accept_it() -> None:
    assert severities("draft", hard=False) == ["warning", "warning", "info"]
    assert severities("draft", hard=True) == ["error", "warning", "info"]


def test_strict_takes_every_rule_at_its_word() -> None:
    for hard in (False, True):
        assert severities("strict", hard=hard) == ["error", "warning", "info"]


def test_each_card_is_judged_by_its_own_status() -> None:
    for hard in (False, True):
        assert severities("status", hard=hard) == severities("strict", hard=hard)
    assert find_profile("status").drafts_as == "draft"


@pytest.mark.parametrize("profile", ["review", "release"])
def test_a_release_has_no_warnings_left(profile: str) -> None:
    for hard in (False, True):
        assert severities(profile, hard=hard) == ["error", "error", "info"]


def test_an_unknown_profile_is_wrong_usage() -> None:
    assert profile_names() == ["status", "draft", "strict", "review", "release"]
    with pytest.raises(WrongUsage, match="no profile 'relaese'") as exc:
        find_profile("relaese")
    assert exc.value.fix == "did you mean release?"
