"""Speaking with a service that fails, limits and breaks off."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from dtmodels.publishing.http_client import HttpError, Unreachable
from tests.dtmodels.publishing.sample_collection import Collection
from tests.fake_github import Fault


def test_what_passes_is_asked_again_with_growing_pauses(collection: Collection) -> None:
    slept: list[float] = []
    collection.fake.fail(Fault(kind="status", path="/releases", times=2, status=502))
    assert collection.github(slept=slept).releases() == []
    assert slept == [2.0, 4.0]


@pytest.mark.parametrize("fault", [Fault(kind="cut"), Fault(kind="status", status=503)])
def test_what_lasts_is_told_after_a_few_attempts(collection: Collection, fault: Fault) -> None:
    fault.times = 0
    collection.fake.fail(fault)
    with pytest.raises((HttpError, Unreachable)) as failed:
        collection.github(tries=3).releases()
    assert len(collection.fake.requests()) == 3
    assert "run the command again" in failed.value.fix


@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_is_waited_for_as_long_as_it_says(collection: Collection, status: int) -> None:
    slept: list[float] = []
    limit = {"Retry_After": "37"}
    collection.fake.fail(Fault(kind="status", status=status, headers=limit, message="secondary rate limit"))
    collection.github(slept=slept).releases()
    assert slept == [37.0]


def test_the_end_of_a_limit_is_held_against_the_clock_of_the_service(collection: Collection) -> None:
    """The service lives in 2001: held against the clock here, the limit would have ended long ago."""
    slept: list[float] = []
    ends = {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": str(978307200 + 90)}
    collection.fake.fail(Fault(kind="status", status=403, headers=ends, message="API rate limit exceeded"))
    collection.github(slept=slept).releases()
    assert slept == [90.0]


def test_a_limit_that_lasts_longer_than_a_job_is_an_error_at_once(collection: Collection) -> None:
    slept: list[float] = []
    collection.fake.fail(Fault(kind="status", status=403, headers={"Retry_After": "7200"}, message="limit"))
    with pytest.raises(HttpError, match="ends in 7200 s"):
        collection.github(slept=slept).releases()
    assert slept == []


def test_a_refusal_that_is_no_limit_is_not_asked_again(collection: Collection) -> None:
    collection.fake.fail(Fault(kind="status", status=403, message="Resource not accessible by integration"))
    with pytest.raises(HttpError, match="not accessible") as refused:
        collection.github().releases()
    assert len(collection.fake.requests()) == 1
    assert "contents: write" in refused.value.fix


def test_an_expired_token_is_said_plainly_and_never_shown(collection: Collection) -> None:
    with pytest.raises(HttpError, match="401: Bad credentials") as refused:
        collection.github(token="ghs_old").releases()  # noqa: S106 - one that has expired
    assert "expired" in refused.value.fix
    assert "ghs_old" not in f"{refused.value!r} {refused.value} {refused.value.__cause__!r}"


def test_creating_is_not_repeated_when_nobody_knows_whether_it_was_done(collection: Collection) -> None:
    collection.fake.fail(Fault(kind="after", method="POST", path="/releases$", status=502))
    with pytest.raises(HttpError, match="502"):
        collection.github().create_draft("v1.0.0", notes="", prerelease=False)
    assert len(collection.fake.state.releases) == 1


def test_creating_is_repeated_after_a_limit_for_nothing_was_done(collection: Collection) -> None:
    collection.fake.fail(Fault(kind="status", method="POST", path="/releases$", status=429))
    collection.github().create_draft("v1.0.0", notes="", prerelease=False)
    assert len(collection.fake.state.releases) == 1


def test_a_service_that_hangs_is_given_up(collection: Collection) -> None:
    github = collection.github(tries=1, timeout_s=0.2)
    collection.fake.fail(Fault(kind="hang", delay_s=1.0))
    with pytest.raises(Unreachable, match="timed out"):
        github.releases()


def test_all_pages_are_read(collection: Collection) -> None:
    for number in range(250):
        collection.fake.state.create({"tag_name": f"v0.0.{number}"})
    assert len(collection.github().releases()) == 250
    release = next(one for one in collection.github().releases() if one.tag == "v0.0.7")
    draft = collection.fake.state.create({"tag_name": "v1.0.0", "draft": True})
    for number in range(120):
        asset = collection.fake.state.start_upload(draft, f"file-{number}", 1)
        collection.fake.state.finish_upload(asset, b"x")
    assert collection.github().assets(release) == []
    found = next(one for one in collection.github().releases() if one.draft)
    assert len(collection.github().assets(found)) == 120


def test_an_upload_is_streamed_and_its_progress_told(collection: Collection, tmp_path: Path) -> None:
    draft = collection.github().create_draft("v1.0.0", notes="", prerelease=False)
    path = tmp_path / "large.dtmodel"
    path.write_bytes(bytes(range(256)) * 40_000)
    told: list[float] = []
    asset = collection.github().upload(draft, path, told.append)
    assert asset.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert sum(told) == path.stat().st_size
    assert max(told) <= 1 << 20, "never the whole file at once"


def test_the_token_does_not_follow_a_redirection(collection: Collection, tmp_path: Path) -> None:
    """The stand-in's storage refuses a request that carries one, as the real one does."""
    draft = collection.github().create_draft("v1.0.0", notes="", prerelease=False)
    (tmp_path / "file").write_bytes(b"content")
    asset = collection.github().upload(draft, tmp_path / "file", lambda _: None)
    digest = collection.github().web.save(asset.url, tmp_path / "copy")
    assert digest == hashlib.sha256(b"content").hexdigest()
    assert [one["path"] for one in collection.fake.requests("GET", "/storage/")] == [f"/storage/{asset.id}"]


def test_an_answer_that_is_no_json_is_one_clear_error(collection: Collection) -> None:
    collection.fake.state.index = "<html>"
    with pytest.raises(Exception, match="which is not JSON"):
        collection.github().web.ask("GET", collection.github().index_url).json()
