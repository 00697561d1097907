"""What CI makes of a change, and what a change from a fork may do."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.workflows.executor import Fault, Run, run_workflow
from tests.workflows.executor.events import merge_group
from tests.workflows.sample_repository import SampleRepository, command
from tests.workflows.scenarios.changes import NO_BUILD, SECRET, built, card, raise_version, results


def test_one_changed_card_builds_one_model(house: SampleRepository, offer: Callable[..., Run]) -> None:
    raise_version(house, "denoise-one")
    run = offer()
    assert (run.conclusion, run.slips) == ("success", []), run.story()
    assert built(run) == ["denoise-one"]
    assert [name for name in run.results if name[0] == "build"][-1] == ("build",)
    assert len([job for job in run.jobs if job.name.startswith("Build")]) == 1
    assert "## denoise-one 1.1" in run.summary()
    assert "denoise-two 1.0" not in run.summary()
    assert [one["category"] for one in house.world.code_scanning] == ["model-cards"]
    assert [one for one in run.annotations() if one.level in ("error", "warning")] == []


def test_a_change_without_models_builds_nothing(house: SampleRepository, offer: Callable[..., Run]) -> None:
    house.origin.directory.joinpath("CONTRIBUTING.md").write_text("# How to contribute\n")
    run = offer()
    assert results(run) == {
        "plan": "success",
        "lint": "success",
        "tests": "success",
        "build": "skipped",
        "gate": "success",
    }
    assert run.conclusion == "success"
    assert run.slips == []


@pytest.mark.parametrize(("family", "count"), [("onnx", "2"), ("nafnet", "0")])
def test_a_changed_family_builds_its_models(
    house: SampleRepository, offer: Callable[..., Run], family: str, count: str
) -> None:
    with (house.origin.directory / "tools" / "dtmodels" / "families" / f"{family}.py").open("a") as file:
        file.write("\n# changed\n")
    run = offer(faults=(NO_BUILD(),))
    assert run.job("Plan").outputs["count"] == count
    assert results(run)["build"] == ("failure" if count != "0" else "skipped")
    assert results(run)["gate"] == ("failure" if count != "0" else "success")


@pytest.mark.usefixtures("prebuilt")
def test_a_fork_reads_only_and_still_sees_everything(house: SampleRepository, offer: Callable[..., Run]) -> None:
    raise_version(house, "denoise-one")
    run = offer(fork=True)
    assert (run.conclusion, run.slips) == ("success", []), run.story()
    assert {level for job in run.jobs for level in job.rights.levels.values()} <= {"read", "none"}
    assert run.job("Lint / Code scanning").result == "skipped"
    assert house.world.code_scanning == []
    assert "## denoise-one 1.1" in run.summary()


def test_secrets_are_in_no_job_of_a_change(house: SampleRepository, offer: Callable[..., Run]) -> None:
    """Workflows for changes name no secret at all, so one from the same repository sees none either."""
    house.origin.directory.joinpath(".ci/run").write_text("#!/bin/sh\nenv\n")
    run = offer(faults=(NO_BUILD(),))
    assert "GITHUB_RUN_ID" in run.job("Tests").step("Run all tests").log
    assert SECRET not in "".join(step.log for _, step in run.steps())
    assert "***" not in run.job("Tests").step("Run all tests").log


@pytest.mark.parametrize("fork", [False, True])
def test_a_wrong_card_is_annotated_on_its_line(house: SampleRepository, offer: Callable[..., Run], fork: bool) -> None:
    text = card(house, "denoise-one").read_text()
    card(house, "denoise-one").write_text(text.replace("weights: GPL-3.0-or-later", "weights: CC-BY-NC-4.0"))
    line = card(house, "denoise-one").read_text().split("\n").index("  weights: CC-BY-NC-4.0") + 1
    command(house.origin.directory, "docs")
    run = offer(fork=fork, faults=(NO_BUILD(),))
    errors = [(one.file, one.line) for one in run.annotations() if one.level == "error"]
    assert ("models/denoise-one/card.yaml", line) in errors
    assert (run.result("lint"), run.result("gate")) == ("failure", "failure")
    assert "lint" in run.job("Gate").step("Judge all jobs").log
    found = [result for one in house.world.code_scanning for result in one["sarif"]["runs"][0]["results"]]
    assert any(result["level"] == "error" for result in found) is not fork


@pytest.mark.slow
@pytest.mark.usefixtures("prebuilt")
def test_a_broken_model_turns_the_gate_red_and_hides_no_other(
    house: SampleRepository, offer: Callable[..., Run]
) -> None:
    for model_id in ("denoise-one", "denoise-two"):
        raise_version(house, model_id)
    run = offer(faults=(Fault(kind="fail", job="Build (denoise-one*", step="Build, validate*"),))
    assert results(run)["build"] == results(run)["gate"] == "failure"
    assert built(run) == ["denoise-two"]
    assert "## denoise-two 1.1" in run.summary()


def test_a_queue_and_main_build_what_changed_since(house: SampleRepository) -> None:
    before = house.origin.head
    raise_version(house, "denoise-two")
    pushed = house.origin.push({})
    for event in (pushed, merge_group(sha=pushed.sha, base=before)):
        run = run_workflow(house.world, event, "ci.yml", faults=(NO_BUILD(),))
        assert [one["ids"] for one in json.loads(run.job("Plan").outputs["shards"])] == ["denoise-two"]
        assert results(run)["lint"] == "success", run.story()


def test_a_cancelled_look_is_not_a_green_one(house: SampleRepository, offer: Callable[..., Run]) -> None:
    house.origin.directory.joinpath("CONTRIBUTING.md").write_text("# How to contribute\n")
    run = offer(faults=(Fault(kind="cancel", job="Lint / Cards", step="Hold*"),))
    assert results(run)["gate"] == "failure"
    assert "cancelled" in run.job("Gate").step("Judge all jobs").log
