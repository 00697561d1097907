"""Order, conditions and results of jobs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workflows.executor import Fault, GitHubState, Run, run_workflow
from tests.workflows.executor.events import dispatch, pull_request, push
from tests.workflows.git_repository import GitRepository

SECRET = "hunter2"  # noqa: S105 - no secret


def test_job_order_and_success_of_all_ancestors(run_file: Callable[..., Run]) -> None:
    run = run_file("needs")
    results = {job.key[0]: job.result for job in run.jobs}
    assert results == {
        "first": "success",
        "skipped": "skipped",
        "after-skipped": "skipped",
        "all-the-same": "success",
        "below-all-the-same": "skipped",  # its ancestor was skipped, although its parent succeeded
        "fails": "failure",
        "after-failure": "skipped",
        "on-failure": "success",
        "gate": "success",
    }
    assert run.conclusion == "failure"
    assert run.job("gate").steps[0].log == "success skipped failure skipped"


def test_only_failure_steps_run_after_a_failed_step(run_file: Callable[..., Run]) -> None:
    outcomes = [step.outcome for step in run_file("needs").job("fails").steps]
    assert outcomes == ["failure", "skipped", "success"]


def test_fail_fast_cancels_waiting_matrix_jobs(run_file: Callable[..., Run], workflow_repo: GitRepository) -> None:
    fast = run_file("matrix", dispatch(workflow_repo.head))
    slow = run_file("matrix", dispatch(workflow_repo.head, fail_fast=False))
    assert [job.result for job in fast.jobs] == ["success", "failure", "cancelled", "skipped"]
    assert [job.result for job in slow.jobs] == ["success", "failure", "success", "skipped"]
    assert [job.name for job in slow.jobs][:2] == ["Matrix job 1", "Matrix job 2"]


def test_empty_matrix_needs_a_condition(run_file: Callable[..., Run], workflow_repo: GitRepository) -> None:
    guarded = run_file("matrix", dispatch(workflow_repo.head, values="[]"))
    assert guarded.result("matrix-jobs") == "skipped"
    unguarded = run_file("matrix", dispatch(workflow_repo.head, values="[ ]"))
    assert (unguarded.conclusion, unguarded.jobs[0].error) == (
        "failure",
        "Matrix vector 'value' does not contain any values",
    )


def test_more_than_256_matrix_jobs_fail(run_file: Callable[..., Run], workflow_repo: GitRepository) -> None:
    run = run_file("matrix", dispatch(workflow_repo.head, values=str(list(range(257)))))
    assert "257 jobs" in run.jobs[0].error


def test_dispatch_inputs_are_typed_and_declared(run_file: Callable[..., Run], workflow_repo: GitRepository) -> None:
    assert "input bad is '2'" in run_file("matrix", dispatch(workflow_repo.head, bad="2")).rejection
    assert "Unexpected inputs provided: worse" in run_file("matrix", dispatch(workflow_repo.head, worse=2)).rejection


def test_called_workflow_runs_as_jobs_of_the_run(run_file: Callable[..., Run], github: GitHubState) -> None:
    github.secrets["PASSWORD"] = SECRET
    run = run_file("calls")
    assert [job.name for job in run.jobs][:3] == ["Call (x) / Inner", "Call (y) / Inner", "after"]
    assert run.job("after").steps[0].log == "y 2 set"  # the last matrix job determines the output
    assert str(run.job("Call (x) / Inner").permissions) == "contents: read"


def test_fork_has_no_secrets_and_a_read_only_token(
    run_file: Callable[..., Run], workflow_repo: GitRepository, github: GitHubState
) -> None:
    github.secrets["PASSWORD"] = SECRET
    event = pull_request(
        merge=workflow_repo.head,
        head=workflow_repo.head,
        base=workflow_repo.head,
        repository=github.repository,
        fork=True,
    )
    assert run_file("calls", event).job("after").steps[0].log == "y 2 none"
    assert str(run_file("attest", event).job("good").permissions) == "attestations: read"


def test_composite_action_has_its_own_inputs_and_outputs(run_file: Callable[..., Run]) -> None:
    run = run_file("calls")
    assert run.job("composite").result == "success", run.describe()
    assert run.job("composite").steps[1].outcome == "skipped"
    assert "was the repository checked out?" in run.job("not-checked-out").steps[0].error


def edited(workflow_repo: GitRepository, file: str, old: str, new: str) -> dict[str, str]:
    text = (workflow_repo.directory / ".github" / "workflows" / file).read_text()
    assert old in text
    return {f".github/workflows/{file}": text.replace(old, new, 1)}


REJECTED = [
    ("called.yml", "contents: read", "contents: write", "is requesting 'contents: write', but is only allowed"),
    ("calls.yml", "      text: ${{ matrix.text }}\n", "      words: x\n", "words"),
    ("calls.yml", "      password: ${{ secrets.PASSWORD }}", "      passphrase: x", "passphrase"),
    ("calls.yml", "    secrets:\n      password: ${{ secrets.PASSWORD }}", "    secrets: inherit", "inherited"),
    ("calls.yml", "called.yml", "absent.yml", "Unable to find reusable workflow"),
    ("calls.yml", "needs: call", "needs: unknown", "unknown"),
    ("calls.yml", "runs-on: ubuntu-24.04", "run-on: ubuntu-24.04", "run-on"),
]


@pytest.mark.parametrize("case", REJECTED, ids=[why for *_, why in REJECTED])
def test_invalid_workflow_is_rejected(
    workflow_repo: GitRepository,
    make_github: Callable[..., GitHubState],
    tmp_path: Path,
    case: tuple[str, str, str, str],
) -> None:
    file, old, new, why = case
    git_repo = workflow_repo.clone(tmp_path / "edited")
    sha = git_repo.commit(edited(workflow_repo, file, old, new))
    run = run_workflow(make_github(git_repo), push(sha), "calls.yml")
    assert why in run.rejection
    assert run.jobs == []
    assert run.conclusion == "failure"


def test_cancelled_run_executes_always_jobs_only(run_file: Callable[..., Run]) -> None:
    run = run_file("needs", faults=[Fault(kind="cancel", job="fails", step="*")])
    results = {job.key[0]: job.result for job in run.jobs}
    assert results["fails"] == "cancelled"
    assert (results["gate"], results["after-failure"], results["on-failure"]) == ("success", "skipped", "skipped")
    assert run.job("gate").steps[0].log == "success skipped cancelled skipped"


def test_second_attempt_reuses_successful_jobs(run_file: Callable[..., Run]) -> None:
    first = run_file("needs", faults=[Fault(kind="fail", job="all-the-same", step="*")])
    second = run_file("needs", previous=first)
    assert (first.attempt, second.attempt, second.id) == (1, 2, first.id)
    assert second.job("first") is first.job("first")
    assert (first.result("all-the-same"), second.result("all-the-same")) == ("failure", "success")


def test_called_workflow_with_other_inputs_runs_again(
    workflow_repo: GitRepository, make_github: Callable[..., GitHubState], tmp_path: Path
) -> None:
    git_repo = workflow_repo.clone(tmp_path / "edited")
    github = make_github(git_repo)
    first = run_workflow(github, push(git_repo.head), "calls.yml")
    stored = run_workflow(github, push(git_repo.head), "calls.yml", previous=first)
    sha = git_repo.commit(edited(workflow_repo, "calls.yml", "text: [x, y]", "text: [x, z]"))
    anew = run_workflow(github, push(sha), "calls.yml", previous=first)
    assert stored.job("Call (x) / Inner") is first.job("Call (x) / Inner")
    assert anew.job("Call (x) / Inner") is not first.job("Call (x) / Inner")
    assert anew.job("after").steps[0].log == "z 2 none"
