"""Failing releases: no incomplete release is published, and the next attempt gives the same bytes.

Tests of the job that publishes are slow. They start from a release that was run up to this job.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

import pytest

from tests import fake_github
from tests.workflows.executor import Fault, Run, run_workflow, trigger
from tests.workflows.executor.events import dispatch, push_tag
from tests.workflows.sample_repository import SampleRepository
from tests.workflows.scenarios.conftest import FIRST, Snapshot
from tests.workflows.scenarios.test_release import uploads, write_requests

Restore = Callable[[Snapshot], AbstractContextManager[SampleRepository]]
Retry = Callable[..., Run]
PUBLISHING = "Draft, upload, check, publish"
AHEAD = "Upload the models into the draft*"


@pytest.mark.slow
def test_upload_failures_at_each_file_give_identical_release(
    unpublished: Snapshot, restore: Restore, retry: Retry, reference: Mapping[str, bytes]
) -> None:
    with restore(unpublished) as sample:
        run = None
        for number in range(len(reference)):
            fault = fake_github.Fault(
                kind="half", method="POST", path="/assets", nth=2 if number else 1, status=400, message="Bad luck"
            )
            sample.fake.fail(fault)
            run = retry(sample, run)
            assert run.result("publish") == "failure", run.describe()
            assert "Bad luck" in run.job("Publish").step(PUBLISHING).log
            assert sample.served(FIRST) == {}
            sample.fake.state.faults.clear()
        run = retry(sample, run)
        assert run.conclusion == "success", run.describe()
        assert sample.served(FIRST) == reference
        published = uploads(sample)[: 2 * len(reference)]
        assert {name: published.count(name) for name in reference} == dict.fromkeys(reference, 2)


@pytest.mark.slow
def test_next_attempt_after_cancelled_check_uploads_nothing(
    unpublished: Snapshot, restore: Restore, retry: Retry, reference: Mapping[str, bytes]
) -> None:
    with restore(unpublished) as sample:
        cancel = Fault(
            kind="cancel-during", job="Publish", step=PUBLISHING, when=lambda: "versions.json" in uploads(sample)
        )
        sample.fake.fail(fake_github.Fault(kind="hang", method="GET", path="/releases/assets/", delay_s=2, times=0))
        run = retry(sample, None, cancel)
        assert (run.result("publish"), sample.served(FIRST)) == ("cancelled", {}), run.describe()
        assert sorted(uploads(sample)) == sorted(reference)
        sample.fake.state.faults.clear()
        run = retry(sample, run, Fault(kind="cancel", job="Publish", step=AHEAD))
        assert sorted(uploads(sample)) == sorted(reference)
        assert sample.served(FIRST) == reference


@pytest.mark.slow
def test_tag_moved_before_approval_is_rejected(unpublished: Snapshot, restore: Restore, retry: Retry) -> None:
    with restore(unpublished) as sample:
        other_commit = sample.git_repo.commit({"docs.md": "Another commit.\n"})
        run = retry(
            sample, None, Fault(kind="do", job="Publish", step=PUBLISHING, do=lambda: sample.tag(FIRST, other_commit))
        )
        assert run.result("publish") == "failure"
        assert f"{FIRST} was moved" in run.log()
        assert (write_requests(sample), sample.served(FIRST)) == ([], {})


@pytest.mark.slow
def test_expired_token_publishes_nothing(unpublished: Snapshot, restore: Restore, retry: Retry) -> None:
    with restore(unpublished) as sample:
        expire = Fault(kind="do", job="Publish", step=PUBLISHING, do=sample.fake.state.tokens.clear)
        run = retry(sample, None, expire)
        assert run.result("publish") == "failure"
        assert "set a new one and run the job again" in run.log()
        assert (write_requests(sample), sample.served(FIRST)) == ([], {})
        run = retry(sample, run)
        assert run.conclusion == "success", run.describe()
        assert sample.served(FIRST)


@pytest.mark.slow
def test_corrupted_upload_is_detected(unpublished: Snapshot, restore: Restore, retry: Retry) -> None:
    with restore(unpublished) as sample:
        sample.fake.fail(fake_github.Fault(kind="lie", method="POST", path="name=denoise-one.dtmodel"))
        run = retry(sample)
        assert run.result("publish") == "failure"
        assert "denoise-one.dtmodel: the digest is " in run.log()
        assert sample.served(FIRST) == {}


@pytest.mark.parametrize(
    ("tag", "message"),
    [("v2.0.0", "its newest section is 1.0.0"), ("v1.0.0-rc.1", "its newest section is 1.0.0")],
)
def test_tag_missing_in_changelog_is_rejected(sample: SampleRepository, tag: str, message: str) -> None:
    sample.release(FIRST, {})
    run = run_workflow(sample.github, sample.tag(tag), "release.yml")
    assert (run.result("plan"), write_requests(sample)) == ("failure", [])
    assert message in run.log()


def test_tag_outside_main_is_rejected(sample: SampleRepository) -> None:
    event = sample.release(FIRST, {})
    sample.git_repo.git("reset", "-q", "--hard", "HEAD~1")
    run = run_workflow(sample.github, sample.tag(FIRST, event.sha), "release.yml")
    assert (run.result("plan"), write_requests(sample)) == ("failure", [])
    assert "is not on main" in run.log()


def test_malformed_tag_starts_no_run_and_no_shell_code(sample: SampleRepository) -> None:
    event = sample.release(FIRST, {})
    malformed = "v1.0.0;touch${IFS}injected;$(touch${IFS}injected)"
    sample.git_repo.tag(malformed, event.sha)
    assert trigger(sample.github, push_tag(event.sha, malformed)) == []
    run = run_workflow(sample.github, dispatch(event.sha, ref=f"refs/tags/{malformed}", dry_run=False), "release.yml")
    assert (run.result("plan"), write_requests(sample)) == ("failure", [])
    assert "is not a release tag" in run.log()
    assert not list(sample.github.directory.rglob("injected"))


def test_branch_cannot_be_released(sample: SampleRepository) -> None:
    event = sample.release(FIRST, {})
    run = run_workflow(sample.github, dispatch(event.sha, dry_run=False), "release.yml")
    assert (run.result("plan"), run.conclusion, write_requests(sample)) == ("failure", "failure", [])


@pytest.mark.slow
def test_run_cancelled_at_every_step_gives_identical_release(
    prebuilt_sample: SampleRepository, released: Snapshot, reference: Mapping[str, bytes]
) -> None:
    steps = [(job.name, step.name) for job, step in released.run.steps() if step.outcome != "skipped"]
    event, run = prebuilt_sample.release(FIRST, {}), None
    for job, step in steps:
        if job == "Gate":
            break
        published = prebuilt_sample.served(FIRST)
        assert published in ({}, reference)
        run = run_workflow(
            prebuilt_sample.github,
            event,
            "release.yml",
            previous=run,
            faults=[Fault(kind="cancel", job=job, step=step)],
        )
        assert run.cancelled, run.describe()
    run = run_workflow(prebuilt_sample.github, event, "release.yml", previous=run)
    assert run.conclusion == "success", run.describe()
    assert prebuilt_sample.served(FIRST) == reference
