"""Which jobs run, in what order, with what verdict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workflows.executor import Fault, Run, World, run_workflow
from tests.workflows.executor.events import dispatch, pull_request, push
from tests.workflows.origin import Origin

SECRET = "hunter2"  # noqa: S105 - no secret


def test_a_job_follows_those_it_needs_and_success_is_asked_of_all_ancestors(run_sketch: Callable[..., Run]) -> None:
    run = run_sketch("needs")
    found = {job.key[0]: job.result for job in run.jobs}
    assert found == {
        "first": "success",
        "skipped": "skipped",
        "after-skipped": "skipped",
        "all-the-same": "success",
        "below-all-the-same": "skipped",  # its ancestor was skipped, though its parent went well
        "fails": "failure",
        "after-failure": "skipped",
        "asks-for-failure": "success",
        "gate": "success",
    }
    assert run.conclusion == "failure"
    assert run.job("gate").steps[0].log == "success skipped failure skipped"


def test_after_a_failed_step_only_those_run_that_ask_for_it(run_sketch: Callable[..., Run]) -> None:
    outcomes = [step.outcome for step in run_sketch("needs").job("fails").steps]
    assert outcomes == ["failure", "skipped", "success"]


def test_one_failed_leg_cancels_those_that_wait_unless_told_otherwise(
    run_sketch: Callable[..., Run], sketch: Origin
) -> None:
    fast = run_sketch("matrix", dispatch(sketch.head))
    slow = run_sketch("matrix", dispatch(sketch.head, fail_fast=False))
    assert [job.result for job in fast.jobs] == ["success", "failure", "cancelled", "skipped"]
    assert [job.result for job in slow.jobs] == ["success", "failure", "success", "skipped"]
    assert [job.name for job in slow.jobs][:2] == ["Leg 1", "Leg 2"]


def test_an_empty_matrix_has_to_be_guarded(run_sketch: Callable[..., Run], sketch: Origin) -> None:
    guarded = run_sketch("matrix", dispatch(sketch.head, values="[]"))
    assert guarded.result("legs") == "skipped"
    other = run_sketch("matrix", dispatch(sketch.head, values="[ ]"))
    assert (other.conclusion, other.jobs[0].error) == ("failure", "Matrix vector 'value' does not contain any values")


def test_more_than_256_legs_fail(run_sketch: Callable[..., Run], sketch: Origin) -> None:
    run = run_sketch("matrix", dispatch(sketch.head, values=str(list(range(257)))))
    assert "257 legs" in run.jobs[0].error


def test_inputs_of_a_dispatch_are_typed_and_known(run_sketch: Callable[..., Run], sketch: Origin) -> None:
    assert "input bad is '2'" in run_sketch("matrix", dispatch(sketch.head, bad="2")).refused
    assert "Unexpected inputs provided: worse" in run_sketch("matrix", dispatch(sketch.head, worse=2)).refused


def test_a_called_workflow_runs_as_jobs_of_the_run(run_sketch: Callable[..., Run], world: World) -> None:
    world.secrets["PASSWORD"] = SECRET
    run = run_sketch("calls")
    assert [job.name for job in run.jobs][:3] == ["Call (x) / Inner", "Call (y) / Inner", "after"]
    assert run.job("after").steps[0].log == "y 2 given"  # the last leg's output is the one that stays
    assert str(run.job("Call (x) / Inner").rights) == "contents: read"


def test_a_fork_has_no_secrets_and_only_reads(run_sketch: Callable[..., Run], sketch: Origin, world: World) -> None:
    world.secrets["PASSWORD"] = SECRET
    event = pull_request(merge=sketch.head, head=sketch.head, base=sketch.head, repository=world.repository, fork=True)
    assert run_sketch("calls", event).job("after").steps[0].log == "y 2 none"
    assert str(run_sketch("attest", event).job("good").rights) == "attestations: read"


def test_a_composite_action_has_inputs_and_outputs_of_its_own(run_sketch: Callable[..., Run]) -> None:
    run = run_sketch("calls")
    assert run.job("composite").result == "success", run.story()
    assert run.job("composite").steps[1].outcome == "skipped"
    assert "was the repository checked out?" in run.job("not-checked-out").steps[0].error


def edited(sketch: Origin, file: str, old: str, new: str) -> dict[str, str]:
    text = (sketch.directory / ".github" / "workflows" / file).read_text()
    assert old in text
    return {f".github/workflows/{file}": text.replace(old, new, 1)}


REFUSED = [
    ("called.yml", "contents: read", "contents: write", "is requesting 'contents: write', but is only allowed"),
    ("calls.yml", "      text: ${{ matrix.text }}\n", "      words: x\n", "words"),
    ("calls.yml", "      password: ${{ secrets.PASSWORD }}", "      passphrase: x", "passphrase"),
    ("calls.yml", "    secrets:\n      password: ${{ secrets.PASSWORD }}", "    secrets: inherit", "inherited"),
    ("calls.yml", "called.yml", "absent.yml", "Unable to find reusable workflow"),
    ("calls.yml", "needs: call", "needs: nobody", "nobody"),
    ("calls.yml", "runs-on: ubuntu-24.04", "run-on: ubuntu-24.04", "run-on"),
]


@pytest.mark.parametrize("case", REFUSED, ids=[why for *_, why in REFUSED])
def test_what_github_would_not_start_is_refused(
    sketch: Origin, make_world: Callable[..., World], tmp_path: Path, case: tuple[str, str, str, str]
) -> None:
    file, old, new, why = case
    origin = sketch.clone(tmp_path / "edited")
    sha = origin.commit(edited(sketch, file, old, new))
    run = run_workflow(make_world(origin), push(sha), "calls.yml")
    assert why in run.refused
    assert run.jobs == []
    assert run.conclusion == "failure"


def test_a_cancelled_run_runs_only_what_always_runs(run_sketch: Callable[..., Run]) -> None:
    run = run_sketch("needs", faults=[Fault(kind="cancel", job="fails")])
    found = {job.key[0]: job.result for job in run.jobs}
    assert found["fails"] == "cancelled"
    assert (found["gate"], found["after-failure"], found["asks-for-failure"]) == ("success", "skipped", "skipped")
    assert run.job("gate").steps[0].log == "success skipped cancelled skipped"


def test_a_second_attempt_keeps_what_went_well(run_sketch: Callable[..., Run]) -> None:
    first = run_sketch("needs", faults=[Fault(kind="fail", job="all-the-same")])
    second = run_sketch("needs", again=first)
    assert (first.attempt, second.attempt, second.id) == (1, 2, first.id)
    assert second.job("first") is first.job("first")
    assert (first.result("all-the-same"), second.result("all-the-same")) == ("failure", "success")


def test_a_called_workflow_that_is_asked_something_else_runs_anew(
    sketch: Origin, make_world: Callable[..., World], tmp_path: Path
) -> None:
    origin = sketch.clone(tmp_path / "edited")
    world = make_world(origin)
    first = run_workflow(world, push(origin.head), "calls.yml")
    kept = run_workflow(world, push(origin.head), "calls.yml", again=first)
    sha = origin.commit(edited(sketch, "calls.yml", "text: [x, y]", "text: [x, z]"))
    anew = run_workflow(world, push(sha), "calls.yml", again=first)
    assert kept.job("Call (x) / Inner") is first.job("Call (x) / Inner")
    assert anew.job("Call (x) / Inner") is not first.job("Call (x) / Inner")
    assert anew.job("after").steps[0].log == "z 2 none"
