"""HTTP requests to a server that fails, sets rate limits and interrupts connections."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from dtmodels.publishing.http_client import HttpError, Unreachable
from tests.dtmodels.publishing.sample_collection import Collection
from tests.fake_github import Fault


def test_temporary_error_is_retried_with_growing_delay(collection: Collection) -> None:
    slept: list[float] = []
    collection.fake.fail(Fault(kind="status", path="/releases", times=2, status=502))
    assert collection.github(slept=slept).releases() == []
    assert slept == [2.0, 4.0]


@pytest.mark.parametrize("fault", [Fault(kind="cut"), Fault(kind="status", status=503)])
def test_persistent_error_is_raised_after_last_attempt(collection: Collection, fault: Fault) -> None:
    fault.times = 0
    collection.fake.fail(fault)
    with pytest.raises((HttpError, Unreachable)) as error:
        collection.github(tries=3).releases()
    assert len(collection.fake.requests()) == 3
    assert "run the command again" in error.value.fix


@pytest.mark.parametrize("status", [403, 429])
def test_rate_limit_delay_is_respected(collection: Collection, status: int) -> None:
    slept: list[float] = []
    limit = {"Retry_After": "37"}
    collection.fake.fail(Fault(kind="status", status=status, headers=limit, message="secondary rate limit"))
    collection.github(slept=slept).releases()
    assert slept == [37.0]


def test_rate_limit_end_uses_the_server_clock(collection: Collection) -> None:
    """The server's clock is in 2001: according to the local clock, the limit would have ended long ago."""
    slept: list[float] = []
    ends = {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": str(978307200 + 90)}
    collection.fake.fail(Fault(kind="status", status=403, headers=ends, message="API rate limit exceeded"))
    collection.github(slept=slept).releases()
    assert slept == [90.0]


def test_rate_limit_longer_than_a_job_fails_at_once(collection: Collection) -> None:
    slept: list[float] = []
    collection.fake.fail(Fault(kind="status", status=403, headers={"Retry_After": "7200"}, message="limit"))
    with pytest.raises(HttpError, match="ends in 7200 s"):
        collection.github(slept=slept).releases()
    assert slept == []


def test_permanent_error_is_not_retried(collection: Collection) -> None:
    collection.fake.fail(Fault(kind="status", status=403, message="Resource not accessible by integration"))
    with pytest.raises(HttpError, match="not accessible") as error:
        collection.github().releases()
    assert len(collection.fake.requests()) == 1
    assert "contents: write" in error.value.fix


def test_expired_token_is_reported_but_not_printed(collection: Collection) -> None:
    with pytest.raises(HttpError, match="401: Bad credentials") as error:
        collection.github(token="ghs_old").releases()  # noqa: S106 - one that has expired
    assert "expired" in error.value.fix
    assert "ghs_old" not in f"{error.value!r} {error.value} {error.value.__cause__!r}"


def test_create_is_not_retried_if_its_effect_is_unknown(collection: Collection) -> None:
    collection.fake.fail(Fault(kind="after", method="POST", path="/releases$", status=502))
    with pytest.raises(HttpError, match="502"):
        collection.github().create_draft("v1.0.0", notes="", prerelease=False)
    assert len(collection.fake.state.releases) == 1


def test_create_is_retried_after_a_rate_limit(collection: Collection) -> None:
    collection.fake.fail(Fault(kind="status", method="POST", path="/releases$", status=429))
    collection.github().create_draft("v1.0.0", notes="", prerelease=False)
    assert len(collection.fake.state.releases) == 1


def test_hanging_server_times_out(collection: Collection) -> None:
    github = collection.github(tries=1, timeout_s=0.2)
    collection.fake.fail(Fault(kind="hang", delay_s=1.0))
    with pytest.raises(Unreachable, match="timed out"):
        github.releases()


def test_all_result_pages_are_read(collection: Collection) -> None:
    for number in range(250):
        collection.fake.state.create({"tag_name": f"v0.0.{number}"})
    assert len(collection.github().releases()) == 250
    release = next(one for one in collection.github().releases() if one.tag == "v0.0.7")
    draft = collection.fake.state.create({"tag_name": "v1.0.0", "draft": True})
    for number in range(120):
        asset = collection.fake.state.start_upload(draft, f"file-{number}", 1)
        collection.fake.state.finish_upload(asset, b"x")
    assert collection.github().assets(release) == []
    loaded = next(one for one in collection.github().releases() if one.draft)
    assert len(collection.github().assets(loaded)) == 120


def test_upload_is_streamed_and_reports_progress(collection: Collection, tmp_path: Path) -> None:
    draft = collection.github().create_draft("v1.0.0", notes="", prerelease=False)
    path = tmp_path / "large.dtmodel"
    path.write_bytes(bytes(range(256)) * 40_000)
    reported: list[float] = []
    asset = collection.github().upload(draft, path, reported.append)
    assert asset.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert sum(reported) == path.stat().st_size
    assert max(reported) <= 1 << 20, "never the whole file at once"


def test_token_is_not_sent_to_redirection_target(collection: Collection, tmp_path: Path) -> None:
    """The storage of the fake GitHub rejects a request with a token, as the real one does."""
    draft = collection.github().create_draft("v1.0.0", notes="", prerelease=False)
    (tmp_path / "file").write_bytes(b"content")
    asset = collection.github().upload(draft, tmp_path / "file", lambda _: None)
    digest = collection.github().http.download(asset.url, tmp_path / "copy")
    assert digest == hashlib.sha256(b"content").hexdigest()
    assert [one["path"] for one in collection.fake.requests("GET", "/storage/")] == [f"/storage/{asset.id}"]


def test_non_json_response_is_one_error(collection: Collection) -> None:
    collection.fake.state.index = "<html>"
    with pytest.raises(Exception, match="which is not JSON"):
        collection.github().http.request("GET", collection.github().index_url).json()
