"""Stand-ins of the marketplace's actions: pins, rights, and what a workflow notices of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.workflows.executor import NotImplementedHere, Run, World, run_workflow
from tests.workflows.executor.actions.github_codeql_action_upload_sarif import check
from tests.workflows.executor.events import dispatch, push
from tests.workflows.executor.problems import StepFailed
from tests.workflows.origin import Origin


def test_a_checkout_is_as_deep_as_it_is_asked_to_be(
    sketch: Origin, make_world: Callable[..., World], tmp_path: Path
) -> None:
    origin = sketch.clone(tmp_path / "known")
    text = (origin.directory / ".github/workflows/market.yml").read_text()
    sha = origin.commit({".github/workflows/market.yml": text[: text.index("  unknown:")]})
    run = run_workflow(make_world(origin), push(sha), "market.yml")
    assert run.job("shallow").steps[1].log == "1\nsecond"
    assert run.job("deep").result == "success", run.story()
    assert run.job("deep").steps[1].log == "3\nmain"
    assert [str(slip) for slip in run.slips] == [
        "deep: checkout leaves the token in .git/config: set persist-credentials to false"
    ]
    assert "needs contents: read, has nothing" in run.job("no-right").steps[0].error
    assert "is used at 0000" in run.job("wrong-pin").steps[0].error
    assert "takes no fetch_depth" in run.job("wrong-input").steps[0].error


def test_an_action_nobody_locked_fails_and_one_without_a_stand_in_cannot_be_run(
    sketch: Origin, run_sketch: Callable[..., Run], world: World
) -> None:
    assert "somebody/else is not in actions.lock.json" in run_sketch("market").job("unknown").steps[0].error
    pin = replace(world.pins.by_action["actions/checkout"], action="somebody/else", sha="0" * 40)
    world.pins.by_action["somebody/else"] = pin
    with pytest.raises(NotImplementedHere, match="somebody/else has no stand-in"):
        run_sketch("market")


@pytest.fixture
def artifacts(run_sketch: Callable[..., Run], sketch: Origin) -> Callable[..., Run]:
    return lambda **inputs: run_sketch("artifacts", dispatch(sketch.head, **inputs))


def test_artefacts_go_from_job_to_job(artifacts: Callable[..., Run]) -> None:
    run = artifacts()
    assert [artifact.name for artifact in run.artifacts.kept] == ["part-a", "part-b"]
    assert run.artifacts.kept[0].files() == ["a/file.txt"]  # nothing hidden, nothing that was excluded
    assert run.job("merged").steps[1].log.splitlines() == ["got/a/file.txt", "got/b/file.txt"]
    assert run.job("apart").steps[1].log.splitlines() == ["./part-a/a/file.txt", "./part-b/b/file.txt"]
    assert "No files were found" in run.job("nothing").steps[0].error


def test_an_artefact_that_no_needs_orders_is_a_slip(artifacts: Callable[..., Run]) -> None:
    run = artifacts()
    assert run.job("race").result == "success"
    assert [slip.where for slip in run.slips] == ["race"]
    assert "no `needs` says that it is there" in run.slips[0].what


def test_a_name_is_taken_once(artifacts: Callable[..., Run]) -> None:
    run = artifacts(name="same")
    assert "(409) Conflict" in run.job("make (b)").steps[1].error


def test_overwriting_what_another_job_made_is_a_slip(artifacts: Callable[..., Run]) -> None:
    run = artifacts(name="same", overwrite=True)
    assert run.result("make") == "success"
    assert any("overwritten by another job" in slip.what for slip in run.slips)


def test_a_second_attempt_finds_the_name_taken(run_sketch: Callable[..., Run], sketch: Origin) -> None:
    first = run_sketch("artifacts", dispatch(sketch.head))
    first.results["make",] = ("failure", {})
    assert "(409)" in run_sketch("artifacts", dispatch(sketch.head), again=first).job("make (a)").steps[1].error


def test_attesting_reads_every_file_anew_and_needs_its_rights(run_sketch: Callable[..., Run], world: World) -> None:
    run = run_sketch("attest")
    good = run.job("good")
    assert [step.outcome for step in good.steps] == ["success", "success", "success", "failure"]
    assert "no attestation of SHA256SUMS" in good.steps[3].log
    assert [one.name for one in world.attestations] == ["a"]
    assert "differ" in run.job("changed").steps[1].error
    assert "needs attestations: write" in run.job("may-not").steps[0].error


def test_python_looks_empty_until_something_is_installed(run_sketch: Callable[..., Run]) -> None:
    job = run_sketch("python").job("python")
    assert job.result == "success"
    assert "No module named 'click'" in job.step("Empty").log
    assert job.step("Installed").log == "hello"
    assert "No module named 'numpy'" in job.step("Of another extra").log
    assert "No matching distribution found for no-such-thing" in job.step("Not here").log
    assert "No matching distribution found for click==0.1" in job.step("Another version").log


RESULT = (
    '{"ruleId": "%s", "message": {"text": "x"}, "locations": [{"physicalLocation": '
    '{"artifactLocation": {"uri": "%s"}, "region": {"startLine": %d}}}]}'
)
SARIF = '{"version": "2.1.0", "runs": [{"tool": {"driver": {"rules": [{"id": "A"}]}}, "results": [%s]}]}'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (SARIF % RESULT % ("A", "models/a/card.yaml", 1), ""),
        (SARIF % RESULT % ("B", "card.yaml", 1), "unknown rule"),
        (SARIF % RESULT % ("A", "/etc/passwd", 1), "not a path inside"),
        (SARIF % RESULT % ("A", "../card.yaml", 1), "not a path inside"),
        (SARIF % RESULT % ("A", "card.yaml", 0), "counted from 1"),
        ('{"version": "1.0"}', "not SARIF 2.1.0"),
        (json.dumps({"version": "2.1.0", "runs": [{}] * 21}), "21 runs"),
        ("no", "not JSON"),
    ],
)
def test_code_scanning_takes_only_what_github_takes(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "x.sarif"
    file.write_text(text)
    if why:
        with pytest.raises(StepFailed, match=why):
            check(file)
    else:
        assert check(file)["version"] == "2.1.0"
