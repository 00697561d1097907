"""Publishing: dist/ alone determines the files; with any failure, a release is complete or stays a draft."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from dtbase.system.errors import Failure
from dtmodels.publishing.dist import read_dist
from dtmodels.publishing.http_client import HttpError, Unreachable
from dtmodels.publishing.publish import publish
from dtmodels.release.tags import parse_tag
from tests.dtmodels.publishing.sample_collection import QUIET, Collection
from tests.fake_github import FakeGitHub, Fault

UPLOAD = {"method": "POST", "path": "/assets[?]"}


def uploads(fake: FakeGitHub) -> list[str]:
    """Return the names of uploaded files in order, including failed attempts."""
    return [one["path"].rpartition("name=")[2] for one in fake.requests("POST", "/assets[?]")]


def expected_files(collection: Collection) -> dict[str, bytes]:
    dist = read_dist(collection.root / "dist")
    return {name: dist.path(name).read_bytes() for name in dist.files}


def test_release_stays_a_draft_until_all_files_are_verified(ready: Collection) -> None:
    ready.publish("v1.0.0")
    assert ready.served("v1.0.0") == expected_files(ready)
    assert uploads(ready.fake)[-1] == "versions.json"
    assert len(uploads(ready.fake)) == len(set(uploads(ready.fake)))
    states = [one for one in ready.fake.requests() if one["method"] in ("POST", "PATCH")]
    assert (states[0]["path"], states[-1]["method"]) == (f"/repos/{ready.fake.state.repository}/releases", "PATCH")
    last = ready.fake.requests().index(states[-1])
    read_back = [one for one in ready.fake.requests()[:last] if one["path"].startswith("/storage/")]
    assert len(read_back) >= len(expected_files(ready)), "every file was read back before publishing"
    release = ready.fake.state.published("v1.0.0")
    assert release is not None
    assert (release.name, release.prerelease, release.make_latest) == ("v1.0.0", False, "true")
    assert release.body == (ready.root / "dist/notes.md").read_text()


def test_finished_release_is_not_changed_by_another_run(ready: Collection) -> None:
    ready.publish("v1.0.0")
    before = len(ready.fake.requests())
    assert ready.publish("v1.0.0").already
    assert {one["method"] for one in ready.fake.requests()[before:]} == {"GET"}


def test_other_files_for_a_published_release_are_rejected(ready: Collection) -> None:
    ready.publish("v1.0.0")
    first = ready.served("v1.0.0")
    directory = ready.root / "dist"
    (directory / "denoise-one-config.json").write_text("{}")
    from dtmodels.stages.index import SUMS, sha256_sums

    files = [path for path in directory.iterdir() if path.name not in (SUMS, "notes.md")]
    (directory / SUMS).write_text(sha256_sums(files))
    with pytest.raises(Failure, match=r"v1.0.0 is published with other files: SHA256SUMS, denoise-one-config.json"):
        ready.publish("v1.0.0")
    assert ready.served("v1.0.0") == first


def test_dry_run_writes_nothing(ready: Collection) -> None:
    done = ready.publish("v1.0.0", dry_run=True)
    assert {file.name for file in done.changes.uploaded} == set(expected_files(ready))
    assert ready.fake.state.releases == []
    assert {one["method"] for one in ready.fake.requests()} == {"GET"}


def test_dist_of_another_tag_is_rejected_without_requests(ready: Collection) -> None:
    before = len(ready.fake.requests())
    with pytest.raises(Failure, match=r"was assembled for v1.0.0, not for v1.0.1"):
        ready.publish("v1.0.1")
    assert len(ready.fake.requests()) == before


@pytest.mark.parametrize("number", range(1, 8))
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 502},
        {"kind": "half", "status": 502},
        {"kind": "after", "status": 504},
        {"kind": "cut"},
        {"kind": "status", "status": 429, "headers": {"Retry_After": "11"}},
        {"kind": "status", "status": 403, "headers": {"Retry_After": "11"}},
        {"kind": "lie"},
    ],
    ids=["502", "half", "answer-lost", "cut", "429", "403-limit", "lie"],
)
def test_upload_failure_is_retried_or_leaves_a_draft(ready: Collection, fault: dict[str, Any], number: int) -> None:
    ready.fake.fail(Fault(**{**UPLOAD, **fault, "nth": number}))
    if fault["kind"] == "lie":
        with pytest.raises(Failure, match=r"other bytes|the digest is|not JSON"):
            ready.publish("v1.0.0")
        assert [one.draft for one in ready.fake.state.releases] == [True]
        return
    slept: list[float] = []
    assert not ready.publish("v1.0.0", ready.github(slept=slept)).already
    assert ready.served("v1.0.0") == expected_files(ready)
    assert slept == [11.0] if "headers" in fault else len(slept) <= 1


def test_wrong_digest_reported_by_the_api_is_detected(ready: Collection) -> None:
    """The API reports it right after the upload; each attempt deletes the file, and the release stays a draft."""
    finish = ready.fake.state.finish_upload

    def finish_wrongly(asset: Any, data: bytes, stored: bytes | None = None) -> None:
        finish(asset, data + b"!", stored)

    ready.fake.state.finish_upload = finish_wrongly
    with pytest.raises(Failure, match=r"GitHub stored \w{64}, but \w{64} was uploaded"):
        ready.publish("v1.0.0", ready.github(tries=3))
    assert [one.draft for one in ready.fake.state.releases] == [True]
    assert len(uploads(ready.fake)) == 3


def test_corruption_after_upload_is_detected_before_publishing(ready: Collection) -> None:
    ready.fake.fail(Fault(kind="lie", method="POST", path="denoise-one-model.onnx"))
    with pytest.raises(Failure, match="GitHub returns other bytes than were uploaded") as error:
        ready.publish("v1.0.0")
    assert error.value.where == "denoise-one-model.onnx"
    assert [one.draft for one in ready.fake.state.releases] == [True]


def test_corrupted_package_is_detected_by_the_client_check(ready: Collection) -> None:
    ready.fake.fail(Fault(kind="lie", method="POST", path="denoise-one.dtmodel"))
    with pytest.raises(Failure, match="the digest is"):
        ready.publish("v1.0.0")
    assert [one.draft for one in ready.fake.state.releases] == [True]


def test_unexpected_files_are_removed_from_a_draft(ready: Collection) -> None:
    draft = ready.fake.state.create({"tag_name": "v1.0.0", "draft": True})
    for name, content in {"left-over.txt": b"x", "versions.json": b"{}"}.items():
        ready.fake.state.finish_upload(ready.fake.state.start_upload(draft, name, 1), content)
    ready.fake.state.start_upload(draft, "denoise-one.dtmodel", 5)
    done = ready.publish("v1.0.0")
    assert sorted(asset.name for asset in done.changes.removed) == [
        "denoise-one.dtmodel",
        "left-over.txt",
        "versions.json",
    ]
    assert ready.served("v1.0.0") == expected_files(ready)
    assert len(ready.fake.state.releases) == 1


def test_expired_token_is_reported_and_creates_nothing(ready: Collection) -> None:
    with pytest.raises(HttpError, match="401") as error:
        ready.publish("v1.0.0", ready.github(token="old"))  # noqa: S106 - one that has expired
    assert "expired" in error.value.fix
    assert ready.fake.state.releases == []


def test_token_expiring_during_upload_leaves_a_resumable_draft(ready: Collection) -> None:
    ready.fake.fail(Fault(kind="status", nth=3, times=0, status=401, message="Bad credentials", **UPLOAD))
    with pytest.raises(HttpError, match="401"):
        ready.publish("v1.0.0")
    assert len(uploads(ready.fake)) == 3, "no retry with the same token"
    ready.fake.state.faults.clear()
    done = ready.publish("v1.0.0")
    assert len(done.changes.unchanged) == 2
    assert ready.served("v1.0.0") == expected_files(ready)


def test_read_only_token_error_names_the_permission(ready: Collection) -> None:
    with pytest.raises(HttpError, match="not accessible by integration") as error:
        ready.publish("v1.0.0", ready.github(token="read-token"))  # noqa: S106 - of the fake server
    assert "contents: write" in error.value.fix


def test_tag_moved_during_upload_is_not_published(ready: Collection) -> None:
    finish = ready.fake.state.finish_upload

    def finish_and_move(*arguments: Any) -> None:
        finish(*arguments)
        ready.fake.state.tags["v1.0.0"] = "e" * 40

    ready.fake.state.finish_upload = finish_and_move
    with pytest.raises(Failure, match=r"v1.0.0 was moved: it is eeeeeeeeeeee"):
        ready.publish("v1.0.0")
    assert [one.draft for one in ready.fake.state.releases] == [True]


def test_release_published_meanwhile_is_detected(ready: Collection) -> None:
    ready.publish("v1.0.0")
    ready.tag("v1.1.0", {"denoise-one": "1.1"})
    ready.assemble("v1.1.0")
    ready.fake.state.create({"tag_name": "v1.0.1"})
    with pytest.raises(Failure, match=r"assembled after v1.0.0, but the previous release is now v1.0.1"):
        ready.publish("v1.1.0")
    assert ready.fake.state.published("v1.1.0") is None


def test_patch_of_an_older_version_is_not_latest(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    collection.release("v2.0.0", {"denoise-one": "2.0"})
    collection.release("v1.0.1", {"denoise-one": "2.1"})
    latest = {one.tag_name: one.make_latest for one in collection.fake.state.releases}
    assert latest == {"v1.0.0": "true", "v2.0.0": "true", "v1.0.1": "false"}


def test_candidates_and_nightlies_are_never_latest(collection: Collection) -> None:
    collection.release("v1.0.0-rc.1", {"denoise-one": "1.0"})
    collection.assemble("nightly")
    collection.publish("nightly")
    flags = [(one.prerelease, one.make_latest) for one in collection.fake.state.releases]
    assert flags == [(True, "false"), (True, "false")]
    tag = collection.fake.state.releases[1].tag_name
    assert collection.fake.state.tags[tag] == collection.git("rev-parse", "HEAD"), "GitHub creates the nightly's tag"
    collection.assemble("nightly")
    assert collection.publish("nightly").already


def test_commit_that_changes_workflows_can_be_released(collection: Collection) -> None:
    """GitHub rejects such a commit as the target of a release with a job's token."""
    commit = collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.fake.state.workflow_commits = [commit]
    collection.assemble("v1.0.0")
    collection.publish("v1.0.0")
    collection.assemble("nightly")
    collection.publish("nightly")
    assert set(collection.fake.state.tags.values()) == {commit}


def test_nightly_tag_has_its_commit_if_main_moved(collection: Collection) -> None:
    collection.add_model("denoise-one")
    commit = collection.commit()
    collection.assemble("nightly")
    collection.fake.state.branches["main"] = "f" * 40
    collection.publish("nightly")
    assert set(collection.fake.state.tags.values()) == {commit}


def test_two_drafts_of_one_tag_are_an_error(ready: Collection) -> None:
    for _ in range(2):
        ready.fake.state.create({"tag_name": "v1.0.0", "draft": True})
    with pytest.raises(Failure, match=r"v1.0.0 has more than one draft: 1 and 2"):
        ready.publish("v1.0.0")


def test_run_with_the_younger_draft_deletes_it_and_stops(ready: Collection) -> None:
    create = ready.fake.state.create

    def create_after_another(values: dict[str, Any]) -> Any:
        if not ready.fake.state.releases:
            create({"tag_name": "v1.0.0", "draft": True})
        return create(values)

    ready.fake.state.create = create_after_another
    with pytest.raises(Failure, match=r"another run is publishing v1.0.0"):
        ready.publish("v1.0.0")
    assert [one.id for one in ready.fake.state.releases] == [1]


@pytest.mark.parametrize("fault", [{"kind": "after", "status": 502}, {"kind": "status", "status": 503}])
def test_lost_create_response_makes_no_second_draft(ready: Collection, fault: dict[str, Any]) -> None:
    ready.fake.fail(Fault(method="POST", path="/releases$", **fault))
    if fault["kind"] == "after":
        ready.publish("v1.0.0")
        assert len(ready.fake.state.releases) == 1
    else:
        with pytest.raises(HttpError, match="503"):
            ready.publish("v1.0.0")
        assert ready.fake.state.releases == []


@pytest.mark.parametrize("kind", ["after", "status", "cut"])
def test_lost_publish_response_is_resolved(ready: Collection, kind: Any) -> None:
    ready.fake.fail(Fault(kind=kind, method="PATCH", path="/releases/", status=502))
    ready.publish("v1.0.0")
    assert ready.served("v1.0.0") == expected_files(ready)


def test_identical_release_by_another_run_is_accepted(ready: Collection) -> None:
    update = ready.fake.state.update

    def update_after_another(release: Any, values: dict[str, Any]) -> Any:
        ready.fake.state.update = update
        update(release, values)
        return update(release, {**values, "draft": True})

    ready.fake.state.update = update_after_another
    ready.publish("v1.0.0")
    assert ready.served("v1.0.0") == expected_files(ready)


def test_two_concurrent_runs_give_one_complete_release(ready: Collection) -> None:
    """They may disturb each other, but only the expected release is published, at the latest by a third run."""
    failures: list[Failure] = []

    def run() -> None:
        try:
            publish(read_dist(ready.root / "dist"), parse_tag("v1.0.0"), ready.github(tries=4), QUIET)
        except (Failure, Unreachable) as error:
            failures.append(error)

    runs = [threading.Thread(target=run) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    for error in failures:
        assert error.fix, "each failure contains a fix"
    ready.publish("v1.0.0")
    assert ready.served("v1.0.0") == expected_files(ready)
    assert len(ready.fake.state.releases) == 1
