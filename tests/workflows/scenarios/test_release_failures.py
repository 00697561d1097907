"""Releases that go wrong: nothing half done is seen by anybody, and the next attempt ends in the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

import pytest

from tests import fake_github
from tests.workflows.executor import Fault, Run, happens, run_workflow
from tests.workflows.executor.events import dispatch, push_tag
from tests.workflows.sample_repository import SampleRepository
from tests.workflows.scenarios.conftest import FIRST, Past
from tests.workflows.scenarios.test_release import uploads, wrote

After = Callable[[Past], AbstractContextManager[SampleRepository]]
Retry = Callable[..., Run]
PUBLISHING = "Draft, upload, check, publish"
AHEAD = "Upload the models ahead*"


def test_one_failing_model_publishes_nothing_and_the_next_attempt_all(
    stocked: SampleRepository, reference: Mapping[str, bytes]
) -> None:
    event = stocked.release(FIRST, {})
    fault = Fault(kind="fail", job="Build (denoise-two*", step="Build, validate and pack")
    run = run_workflow(stocked.world, event, "release.yml", faults=[fault])
    assert run.conclusion == "failure"
    assert {run.result(job) for job in ("assemble", "attest", "publish", "verify")} == {"skipped"}
    assert (wrote(stocked), stocked.world.attestations) == ([], [])
    run = run_workflow(stocked.world, event, "release.yml", again=run)
    assert run.conclusion == "success", run.story()
    assert stocked.served(FIRST) == reference


def test_an_upload_that_fails_at_each_file_in_turn_ends_in_the_same_bytes(
    unpublished: Past, after: After, retry: Retry, reference: Mapping[str, bytes]
) -> None:
    with after(unpublished) as house:
        run = None
        for number in range(len(reference)):
            fault = fake_github.Fault(
                kind="half", method="POST", path="/assets", nth=2 if number else 1, status=400, message="Bad luck"
            )
            house.fake.fail(fault)
            run = retry(house, run)
            assert run.result("publish") == "failure", run.story()
            assert "Bad luck" in run.job("Publish").step(PUBLISHING).log
            assert house.served(FIRST) == {}
            house.fake.state.faults.clear()
        run = retry(house, run)
        assert run.conclusion == "success", run.story()
        assert house.served(FIRST) == reference
        published = uploads(house)[: 2 * len(reference)]
        assert {name: published.count(name) for name in reference} == dict.fromkeys(reference, 2)


def test_cancelled_between_draft_and_publication_the_next_attempt_uploads_nothing(
    unpublished: Past, after: After, retry: Retry, reference: Mapping[str, bytes]
) -> None:
    with after(unpublished) as house:
        cancel = Fault(
            kind="cancel-during", job="Publish", step=PUBLISHING, when=lambda: "versions.json" in uploads(house)
        )
        house.fake.fail(fake_github.Fault(kind="hang", method="GET", path="/releases/assets/", delay_s=2, times=0))
        run = retry(house, None, cancel)
        assert (run.result("publish"), house.served(FIRST)) == ("cancelled", {}), run.story()
        assert sorted(uploads(house)) == sorted(reference)
        house.fake.state.faults.clear()
        run = retry(house, run, Fault(kind="cancel", job="Publish", step=AHEAD))
        assert sorted(uploads(house)) == sorted(reference)
        assert house.served(FIRST) == reference


def test_a_tag_moved_while_people_were_asked_is_refused(unpublished: Past, after: After, retry: Retry) -> None:
    with after(unpublished) as house:
        other = house.origin.commit({"docs.md": "Somebody else's commit.\n"})
        run = retry(house, None, Fault(kind="do", job="Publish", step=PUBLISHING, do=lambda: house.tag(FIRST, other)))
        assert run.result("publish") == "failure"
        assert f"{FIRST} was moved" in run.log()
        assert (wrote(house), house.served(FIRST)) == ([], {})


def test_an_expired_token_publishes_nothing_and_says_what_to_do(unpublished: Past, after: After, retry: Retry) -> None:
    with after(unpublished) as house:
        expire = Fault(kind="do", job="Publish", step=PUBLISHING, do=house.fake.state.tokens.clear)
        run = retry(house, None, expire)
        assert run.result("publish") == "failure"
        assert "give the job a new one" in run.log()
        assert (wrote(house), house.served(FIRST)) == ([], {})
        run = retry(house, run)
        assert run.conclusion == "success", run.story()
        assert house.served(FIRST)


def test_a_service_that_keeps_other_bytes_is_found_out(unpublished: Past, after: After, retry: Retry) -> None:
    with after(unpublished) as house:
        house.fake.fail(fake_github.Fault(kind="lie", method="POST", path="name=denoise-one.dtmodel"))
        run = retry(house)
        assert run.result("publish") == "failure"
        assert "denoise-one.dtmodel: the digest is " in run.log()
        assert house.served(FIRST) == {}


def test_another_set_under_a_published_tag_is_refused(released: Past, after: After) -> None:
    with after(released) as house:
        before = house.served(FIRST)
        house.origin.commit({"models/denoise-one/notes.md": "Another commit.\n"})
        run = run_workflow(house.world, house.tag(FIRST), "release.yml")
        assert run.result("plan") == "failure"
        assert "a published release is never changed" in run.log()
        assert (wrote(house), house.served(FIRST)) == ([], before)


@pytest.mark.parametrize(
    ("tag", "said"),
    [("v2.0.0", "its newest section is 1.0.0"), ("v1.0.0-rc.1", "its newest section is 1.0.0")],
)
def test_a_tag_the_changelog_does_not_speak_of_is_refused(house: SampleRepository, tag: str, said: str) -> None:
    house.release(FIRST, {})
    run = run_workflow(house.world, house.tag(tag), "release.yml")
    assert (run.result("plan"), wrote(house)) == ("failure", [])
    assert said in run.log()


def test_a_tag_beside_main_is_refused(house: SampleRepository) -> None:
    event = house.release(FIRST, {})
    house.origin.git("reset", "-q", "--hard", "HEAD~1")
    run = run_workflow(house.world, house.tag(FIRST, event.sha), "release.yml")
    assert (run.result("plan"), wrote(house)) == ("failure", [])
    assert "is not on main" in run.log()


def test_odd_tags_start_nothing_and_reach_no_shell(house: SampleRepository) -> None:
    event = house.release(FIRST, {})
    odd = "v1.0.0;touch${IFS}spoiled;$(touch${IFS}spoiled)"
    house.origin.tag(odd, event.sha)
    assert happens(house.world, push_tag(event.sha, odd)) == []
    run = run_workflow(house.world, dispatch(event.sha, ref=f"refs/tags/{odd}", dry_run=False), "release.yml")
    assert (run.result("plan"), wrote(house)) == ("failure", [])
    assert "is not a release tag" in run.log()
    assert not list(house.world.directory.rglob("spoiled"))


def test_on_a_branch_nothing_is_released(house: SampleRepository) -> None:
    event = house.release(FIRST, {})
    run = run_workflow(house.world, dispatch(event.sha, dry_run=False), "release.yml")
    assert (run.result("plan"), run.conclusion, wrote(house)) == ("failure", "failure", [])


@pytest.mark.slow
def test_cut_off_at_every_step_it_ends_in_the_same_bytes(
    stocked: SampleRepository, released: Past, reference: Mapping[str, bytes]
) -> None:
    steps = [(job.name, step.name) for job, step in released.run.steps() if step.outcome != "skipped"]
    event, run = stocked.release(FIRST, {}), None
    for job, step in steps:
        if job == "Gate":
            break
        published = stocked.served(FIRST)
        assert published in ({}, reference)
        run = run_workflow(
            stocked.world, event, "release.yml", again=run, faults=[Fault(kind="cancel", job=job, step=step)]
        )
        assert run.cancelled, run.story()
    run = run_workflow(stocked.world, event, "release.yml", again=run)
    assert run.conclusion == "success", run.story()
    assert stocked.served(FIRST) == reference
