"""What a step runs, sees, says and hands on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.workflows.executor import Fault, Network, Run, World, run_workflow
from tests.workflows.executor.events import push
from tests.workflows.executor.log_commands import Annotation
from tests.workflows.executor.shell import unset
from tests.workflows.origin import Origin


@pytest.fixture(scope="module")
def run(sketch: Origin, make_world: Callable[..., World]) -> Run:
    return run_workflow(make_world(sketch), push(sketch.head), "steps.yml")


def test_outputs_variables_paths_and_summaries_are_handed_on(run: Run) -> None:
    job = run.job("hands-on")
    assert job.outputs == {"text": "one = two", "list": '[1, {"n":\n 2}]', "number": "2"}
    read = job.step("Read one = two")
    assert read.log.startswith("workflow job from a step from a step, true called ")
    assert "/home " in read.log
    assert run.summary() == "## Title\n"
    assert run.slips == []


def test_commands_in_the_log_are_data(run: Run) -> None:
    said = run.job("hands-on").step("Says things")
    assert said.annotations == [
        Annotation(level="error", message="two\nlines, 100%", file="models/a/card.yaml", line=3, title="LIC001 : no"),
        Annotation(level="warning", message="indented"),
        Annotation(level="notice", message="old form", file="b"),
        Annotation(level="error", message="after a carriage return"),
        Annotation(level="notice", message="obeyed again"),
    ]
    assert said.log.splitlines() == ["::unknown::stays", "the password is ***", "innocent", "::error::not obeyed"]


def test_a_broken_pipe_is_noticed_with_shell_bash_only(run: Run) -> None:
    job = run.job("pipes")
    assert [step.outcome for step in job.steps] == ["success", "failure", "success"]
    assert job.result == "success"


def test_a_removed_command_fails(run: Run) -> None:
    assert "set-output is no longer obeyed" in run.job("removed-command").steps[0].error


def test_timeouts_hold_for_steps_and_jobs(run: Run) -> None:
    assert run.job("slow").steps[0].error == "took longer than 0.003 minutes"
    assert run.job("slow").result == "failure"
    slow = run.job("slow-job")
    assert (slow.result, slow.steps[1].outcome) == ("cancelled", "skipped")
    assert slow.steps[0].seconds < 5


def test_the_network_is_out_of_reach(run: Run, network: Network) -> None:
    if network.missing:
        pytest.skip(network.missing)
    assert run.job("network").result == "failure"
    assert "curl: (7)" in run.job("network").steps[0].log


def test_what_github_passes_over_in_silence_is_a_slip(run_sketch: Callable[..., Run]) -> None:
    run = run_sketch("slips")
    assert run.conclusion == "success", run.story()
    assert sorted(map(str, run.slips)) == [
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
def test_variables_that_nobody_sets_are_found(script: str, names: list[str]) -> None:
    assert unset(script, {"HOME": "/"}) == names


def test_a_step_can_be_cancelled_while_it_runs(run_sketch: Callable[..., Run]) -> None:
    run = run_sketch("steps", faults=[Fault(kind="cancel-during", job="slow", when=lambda: True)])
    assert run.job("slow").steps[0].outcome == "cancelled"
    assert (run.job("slow").result, run.job("network").result, run.conclusion) == ("cancelled", "cancelled", "failure")


def test_something_can_happen_between_steps(run_sketch: Callable[..., Run], sketch: Origin) -> None:
    happened: list[str] = []
    run = run_sketch("needs", faults=[Fault(kind="do", job="first", do=lambda: happened.append("now"))])
    assert (happened, run.result("first")) == (["now"], "success")
