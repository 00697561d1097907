"""Environment, output and results of steps."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.workflows.executor import Fault, GitHubState, Network, Run, run_workflow
from tests.workflows.executor.events import push
from tests.workflows.executor.log_commands import Annotation
from tests.workflows.executor.shell import unset_variables
from tests.workflows.git_repository import GitRepository


@pytest.fixture(scope="module")
def run(workflow_repo: GitRepository, make_github: Callable[..., GitHubState]) -> Run:
    return run_workflow(make_github(workflow_repo), push(workflow_repo.head), "steps.yml")


def test_outputs_variables_paths_and_summaries(run: Run) -> None:
    job = run.job("hands-on")
    assert job.outputs == {"text": "one = two", "list": '[1, {"n":\n 2}]', "number": "2"}
    read = job.step("Read one = two")
    assert read.log.startswith("workflow job from a step from a step, true called ")
    assert "/home " in read.log
    assert run.summary() == "## Title\n"
    assert run.misconfigurations == []


def test_workflow_commands_in_the_log(run: Run) -> None:
    step = run.job("hands-on").step("Commands")
    assert step.annotations == [
        Annotation(level="error", message="two\nlines, 100%", file="models/a/card.yaml", line=3, title="LIC001 : no"),
        Annotation(level="warning", message="indented"),
        Annotation(level="notice", message="old form", file="b"),
        Annotation(level="error", message="after a carriage return"),
        Annotation(level="notice", message="executed again"),
    ]
    assert step.log.splitlines() == ["::unknown::stays", "the password is ***", "innocent", "::error::not executed"]


def test_pipe_failure_is_detected_with_shell_bash_only(run: Run) -> None:
    job = run.job("pipes")
    assert [step.outcome for step in job.steps] == ["success", "failure", "success"]
    assert job.result == "success"


def test_removed_command_fails(run: Run) -> None:
    assert "set-output is no longer supported" in run.job("removed-command").steps[0].error


def test_timeouts_of_steps_and_jobs(run: Run) -> None:
    assert run.job("slow").steps[0].error == "took longer than 0.003 minutes"
    assert run.job("slow").result == "failure"
    slow = run.job("slow-job")
    assert (slow.result, slow.steps[1].outcome) == ("cancelled", "skipped")
    assert slow.steps[0].seconds < 5


def test_network_is_isolated(run: Run, network: Network) -> None:
    if network.missing:
        pytest.skip(network.missing)
    assert run.job("network").result == "failure"
    assert "curl: (7)" in run.job("network").steps[0].log


def test_silent_misconfigurations_are_recorded(run_file: Callable[..., Run]) -> None:
    run = run_file("misconfigurations")
    assert run.conclusion == "success", run.describe()
    assert sorted(map(str, run.misconfigurations)) == [
        "one / Run echo \"$KNOWN $UNKNOWN '$KNOWN' ${HOME} $made\" && made=1: nothing sets $UNKNOWN",
        "one / Run echo \"$KNOWN $UNKNOWN '$KNOWN' ${HOME} $made\" && made=1: nothing sets env.ABSENT",
        "one / outputs: nothing sets steps.a.outputs.wrong",
        "two (1) / Run exit 0: nothing sets matrix.absent",
        "two (1) / Run exit 0: nothing sets needs.one.outputs.missing",
    ]


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ('echo "$A"', ["A"]),
        ("echo '$A' \\$B ${C:-x}", ["C"]),
        ("A=1; echo $A $HOME", []),
        ('for x in a b; do echo "$x"; done', []),
        ("read -r line; echo $line $RANDOM", []),
    ],
)
def test_unset_variables_are_found(script: str, names: list[str]) -> None:
    assert unset_variables(script, {"HOME": "/"}) == names


def test_step_can_be_cancelled_while_it_runs(run_file: Callable[..., Run]) -> None:
    run = run_file("steps", faults=[Fault(kind="cancel-during", job="slow", step="*", when=lambda: True)])
    assert run.job("slow").steps[0].outcome == "cancelled"
    assert (run.job("slow").result, run.job("network").result, run.conclusion) == ("cancelled", "cancelled", "failure")


def test_fault_can_call_a_function(run_file: Callable[..., Run], workflow_repo: GitRepository) -> None:
    calls: list[str] = []
    run = run_file("needs", faults=[Fault(kind="do", job="first", step="*", do=lambda: calls.append("now"))])
    assert (calls, run.result("first")) == (["now"], "success")
