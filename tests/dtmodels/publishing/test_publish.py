"""Publishing: what is wanted follows from dist/ alone; whatever GitHub does, a release is whole or a draft."""

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
    """The names that were uploaded, in order, failed attempts included."""
    return [one["path"].rpartition("name=")[2] for one in fake.requests("POST", "/assets[?]")]


def wanted(collection: Collection) -> dict[str, bytes]:
    dist = read_dist(collection.root / "dist")
    return {name: dist.path(name).read_bytes() for name in dist.files}


def test_a_release_is_a_draft_until_all_is_there_and_versions_json_comes_last(ready: Collection) -> None:
    ready.publish("v1.0.0")
    assert ready.served("v1.0.0") == wanted(ready)
    assert uploads(ready.fake)[-1] == "versions.json"
    assert len(uploads(ready.fake)) == len(set(uploads(ready.fake)))
    states = [one for one in ready.fake.requests() if one["method"] in ("POST", "PATCH")]
    assert (states[0]["path"], states[-1]["method"]) == (f"/repos/{ready.fake.state.repository}/releases", "PATCH")
    last = ready.fake.requests().index(states[-1])
    read_back = [one for one in ready.fake.requests()[:last] if one["path"].startswith("/storage/")]
    assert len(read_back) >= len(wanted(ready)), "every file was read back before anybody could see it"
    release = ready.fake.state.published("v1.0.0")
    assert release is not None
    assert (release.name, release.prerelease, release.make_latest) == ("v1.0.0", False, "true")
    assert release.body == (ready.root / "dist/notes.md").read_text()


def test_a_finished_release_is_left_alone(ready: Collection) -> None:
    ready.publish("v1.0.0")
    before = len(ready.fake.requests())
    assert ready.publish("v1.0.0").already
    assert {one["method"] for one in ready.fake.requests()[before:]} == {"GET"}


def test_a_published_release_is_never_changed(ready: Collection) -> None:
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


def test_a_dry_run_changes_nothing(ready: Collection) -> None:
    done = ready.publish("v1.0.0", dry_run=True)
    assert {file.name for file in done.changes.uploaded} == set(wanted(ready))
    assert ready.fake.state.releases == []
    assert {one["method"] for one in ready.fake.requests()} == {"GET"}


def test_a_dist_for_another_tag_is_refused_before_anything_is_asked(ready: Collection) -> None:
    before = len(ready.fake.requests())
    with pytest.raises(Failure, match=r"was put together for v1.0.0, not for v1.0.1"):
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
def test_one_failure_at_any_asset_is_survived_or_leaves_a_draft(
    ready: Collection, fault: dict[str, Any], number: int
) -> None:
    ready.fake.fail(Fault(**{**UPLOAD, **fault, "nth": number}))
    if fault["kind"] == "lie":
        with pytest.raises(Failure, match=r"other bytes|the digest is|not JSON"):
            ready.publish("v1.0.0")
        assert [one.draft for one in ready.fake.state.releases] == [True]
        return
    slept: list[float] = []
    assert not ready.publish("v1.0.0", ready.github(slept=slept)).already
    assert ready.served("v1.0.0") == wanted(ready)
    assert slept == [11.0] if "headers" in fault else len(slept) <= 1


def test_an_api_that_reports_another_digest_than_was_sent_is_found(ready: Collection) -> None:
    """It says so right after the upload; the file is taken away and sent again, and in the end it stays a draft."""
    finish = ready.fake.state.finish_upload

    def finish_wrongly(asset: Any, data: bytes, kept: bytes | None = None) -> None:
        finish(asset, data + b"!", kept)

    ready.fake.state.finish_upload = finish_wrongly
    with pytest.raises(Failure, match=r"GitHub holds \w{64} where \w{64} was uploaded"):
        ready.publish("v1.0.0", ready.github(tries=3))
    assert [one.draft for one in ready.fake.state.releases] == [True]
    assert len(uploads(ready.fake)) == 3


def test_bytes_that_went_bad_after_the_upload_are_found_before_publishing(ready: Collection) -> None:
    ready.fake.fail(Fault(kind="lie", method="POST", path="denoise-one-model.onnx"))
    with pytest.raises(Failure, match="GitHub gives other bytes than it should") as refused:
        ready.publish("v1.0.0")
    assert refused.value.where == "denoise-one-model.onnx"
    assert [one.draft for one in ready.fake.state.releases] == [True]


def test_a_lie_about_a_package_is_what_darktable_would_find(ready: Collection) -> None:
    ready.fake.fail(Fault(kind="lie", method="POST", path="denoise-one.dtmodel"))
    with pytest.raises(Failure, match="the digest is"):
        ready.publish("v1.0.0")
    assert [one.draft for one in ready.fake.state.releases] == [True]


def test_files_nobody_wants_are_taken_out_of_a_draft(ready: Collection) -> None:
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
    assert ready.served("v1.0.0") == wanted(ready)
    assert len(ready.fake.state.releases) == 1


def test_an_expired_token_says_so_and_leaves_nothing(ready: Collection) -> None:
    with pytest.raises(HttpError, match="401") as refused:
        ready.publish("v1.0.0", ready.github(token="old"))  # noqa: S106 - one that has expired
    assert "expired" in refused.value.fix
    assert ready.fake.state.releases == []


def test_a_token_that_expires_on_the_way_leaves_a_draft_another_run_finishes(ready: Collection) -> None:
    ready.fake.fail(Fault(kind="status", nth=3, times=0, status=401, message="Bad credentials", **UPLOAD))
    with pytest.raises(HttpError, match="401"):
        ready.publish("v1.0.0")
    assert len(uploads(ready.fake)) == 3, "it is not tried again with the same token"
    ready.fake.state.faults.clear()
    done = ready.publish("v1.0.0")
    assert len(done.changes.kept) == 2
    assert ready.served("v1.0.0") == wanted(ready)


def test_a_token_that_may_only_read_is_told_what_it_needs(ready: Collection) -> None:
    with pytest.raises(HttpError, match="not accessible by integration") as refused:
        ready.publish("v1.0.0", ready.github(token="read-token"))  # noqa: S106 - the stand-in's
    assert "contents: write" in refused.value.fix


def test_a_tag_that_is_moved_while_the_files_are_uploaded_is_not_published(ready: Collection) -> None:
    finish = ready.fake.state.finish_upload

    def finish_and_move(*given: Any) -> None:
        finish(*given)
        ready.fake.state.tags["v1.0.0"] = "e" * 40

    ready.fake.state.finish_upload = finish_and_move
    with pytest.raises(Failure, match=r"v1.0.0 was moved: it leads to eeeeeeeeeeee"):
        ready.publish("v1.0.0")
    assert [one.draft for one in ready.fake.state.releases] == [True]


def test_a_release_that_comes_between_is_noticed(ready: Collection) -> None:
    ready.publish("v1.0.0")
    ready.tag("v1.1.0", {"denoise-one": "1.1"})
    ready.assemble("v1.1.0")
    ready.fake.state.create({"tag_name": "v1.0.1"})
    with pytest.raises(Failure, match=r"put together after v1.0.0, but now v1.0.1 comes before it"):
        ready.publish("v1.1.0")
    assert ready.fake.state.published("v1.1.0") is None


def test_a_correction_of_an_older_line_does_not_become_the_latest(collection: Collection) -> None:
    collection.release("v1.0.0", {"denoise-one": "1.0"})
    collection.release("v2.0.0", {"denoise-one": "2.0"})
    collection.release("v1.0.1", {"denoise-one": "2.1"})
    latest = {one.tag_name: one.make_latest for one in collection.fake.state.releases}
    assert latest == {"v1.0.0": "true", "v2.0.0": "true", "v1.0.1": "false"}


def test_candidates_and_nightlies_are_prereleases_and_never_the_latest(collection: Collection) -> None:
    collection.release("v1.0.0-rc.1", {"denoise-one": "1.0"})
    collection.assemble("nightly")
    collection.publish("nightly")
    shown = [(one.prerelease, one.make_latest) for one in collection.fake.state.releases]
    assert shown == [(True, "false"), (True, "false")]
    tag = collection.fake.state.releases[1].tag_name
    assert collection.fake.state.tags[tag] == collection.git("rev-parse", "HEAD"), "GitHub makes the nightly's tag"
    collection.assemble("nightly")
    assert collection.publish("nightly").already


def test_a_commit_that_changes_workflows_can_be_released(collection: Collection) -> None:
    """GitHub lets no job's token name such a commit as the target of a release."""
    commit = collection.tag("v1.0.0", {"denoise-one": "1.0"})
    collection.fake.state.workflow_commits = [commit]
    collection.assemble("v1.0.0")
    collection.publish("v1.0.0")
    collection.assemble("nightly")
    collection.publish("nightly")
    assert set(collection.fake.state.tags.values()) == {commit}


def test_a_nightly_keeps_its_commit_when_main_went_on(collection: Collection) -> None:
    collection.add_model("denoise-one")
    commit = collection.commit()
    collection.assemble("nightly")
    collection.fake.state.branches["main"] = "f" * 40
    collection.publish("nightly")
    assert set(collection.fake.state.tags.values()) == {commit}


def test_two_drafts_of_one_tag_are_refused_and_named(ready: Collection) -> None:
    for _ in range(2):
        ready.fake.state.create({"tag_name": "v1.0.0", "draft": True})
    with pytest.raises(Failure, match=r"v1.0.0 has more than one draft: 1 and 2"):
        ready.publish("v1.0.0")


def test_the_run_that_made_the_younger_of_two_drafts_stops_and_takes_it_back(ready: Collection) -> None:
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
def test_a_lost_answer_to_creating_makes_no_second_draft(ready: Collection, fault: dict[str, Any]) -> None:
    ready.fake.fail(Fault(method="POST", path="/releases$", **fault))
    if fault["kind"] == "after":
        ready.publish("v1.0.0")
        assert len(ready.fake.state.releases) == 1
    else:
        with pytest.raises(HttpError, match="503"):
            ready.publish("v1.0.0")
        assert ready.fake.state.releases == []


@pytest.mark.parametrize("kind", ["after", "status", "cut"])
def test_a_lost_answer_to_publishing_is_looked_up(ready: Collection, kind: Any) -> None:
    ready.fake.fail(Fault(kind=kind, method="PATCH", path="/releases/", status=502))
    ready.publish("v1.0.0")
    assert ready.served("v1.0.0") == wanted(ready)


def test_somebody_else_who_publishes_the_same_first_is_fine(ready: Collection) -> None:
    update = ready.fake.state.update

    def update_after_another(release: Any, values: dict[str, Any]) -> Any:
        ready.fake.state.update = update
        update(release, values)
        return update(release, {**values, "draft": True})

    ready.fake.state.update = update_after_another
    ready.publish("v1.0.0")
    assert ready.served("v1.0.0") == wanted(ready)


def test_two_runs_at_once_end_in_one_whole_release(ready: Collection) -> None:
    """They may hinder each other, but nothing else than the wanted release is published, at the latest by a third."""
    failures: list[Failure] = []

    def run() -> None:
        try:
            publish(read_dist(ready.root / "dist"), parse_tag("v1.0.0"), ready.github(tries=4), QUIET)
        except (Failure, Unreachable) as failed:
            failures.append(failed)

    runs = [threading.Thread(target=run) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    for failed in failures:
        assert failed.fix, "whoever stops says what to do"
    ready.publish("v1.0.0")
    assert ready.served("v1.0.0") == wanted(ready)
    assert len(ready.fake.state.releases) == 1
