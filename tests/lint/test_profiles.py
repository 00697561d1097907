"""Strictness profiles: severities while writing, in a review, and before a release."""

from dataclasses import replace

import pytest

from dtbase.system.errors import WrongUsage
from dtmodels.lint.profiles import find_profile, profile_names
from dtmodels.lint.rule import Finding

FINDING = Finding(rule="XXX001", severity="error", path="card.yaml", line=1, column=1, end=1, message="m", fix="f")


def severities(profile: str, *, hard: bool) -> list[str]:
    findings = [replace(FINDING, severity=severity, hard=hard) for severity in ("error", "warning", "info")]  # type: ignore[arg-type]
    return [find_profile(profile).apply(finding).severity for finding in findings]


def test_draft_profile_fails_only_hard_findings() -> None:
    assert severities("draft", hard=False) == ["warning", "warning", "info"]
    assert severities("draft", hard=True) == ["error", "warning", "info"]


def test_strict_profile_keeps_severities() -> None:
    for hard in (False, True):
        assert severities("strict", hard=hard) == ["error", "warning", "info"]


def test_status_profile_uses_draft_for_drafts() -> None:
    for hard in (False, True):
        assert severities("status", hard=hard) == severities("strict", hard=hard)
    assert find_profile("status").drafts_as == "draft"


@pytest.mark.parametrize("profile", ["review", "release"])
def test_release_and_review_profiles_fail_on_warnings(profile: str) -> None:
    for hard in (False, True):
        assert severities(profile, hard=hard) == ["error", "error", "info"]


def test_unknown_profile_is_wrong_usage() -> None:
    assert profile_names() == ["status", "draft", "strict", "review", "release"]
    with pytest.raises(WrongUsage, match="no profile 'relaese'") as exc:
        find_profile("relaese")
    assert exc.value.fix == "did you mean release?"
