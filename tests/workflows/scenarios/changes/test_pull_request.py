"""CI runs of pull requests, including those from forks."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.workflows.executor import Fault, Run, run_workflow
from tests.workflows.executor.events import merge_group
from tests.workflows.sample_repository import SampleRepository, run_dtmodels
from tests.workflows.scenarios.changes import NO_BUILD, SECRET, built, card, raise_version, results


def test_one_changed_card_builds_one_model(sample: SampleRepository, open_pull_request: Callable[..., Run]) -> None:
    raise_version(sample, "denoise-one")
    run = open_pull_request()
    assert (run.conclusion, run.misconfigurations) == ("success", []), run.describe()
    assert built(run) == ["denoise-one"]
    assert [name for name in run.results if name[0] == "build"][-1] == ("build",)
    assert len([job for job in run.jobs if job.name.startswith("Build")]) == 1
    assert "## denoise-one 1.1" in run.summary()
    assert "denoise-two 1.0" not in run.summary()
    assert [one["category"] for one in sample.github.code_scanning] == ["model-cards"]
    assert [one for one in run.annotations() if one.level in ("error", "warning")] == []


def test_change_without_models_builds_nothing(sample: SampleRepository, open_pull_request: Callable[..., Run]) -> None:
    sample.git_repo.directory.joinpath("CONTRIBUTING.md").write_text("# How to contribute\n")
    run = open_pull_request()
    assert results(run) == {
        "plan": "success",
        "lint": "success",
        "tests": "success",
        "build": "skipped",
        "gate": "success",
    }
    assert run.conclusion == "success"
    assert run.misconfigurations == []


@pytest.mark.parametrize(("family", "count"), [("onnx", "2"), pytest.param("nafnet", "0", marks=pytest.mark.slow)])
def test_changed_family_builds_its_models(
    sample: SampleRepository, open_pull_request: Callable[..., Run], family: str, count: str
) -> None:
    with (sample.git_repo.directory / "tools" / "dtmodels" / "families" / f"{family}.py").open("a") as file:
        file.write("\n# changed\n")
    run = open_pull_request(faults=(NO_BUILD(),))
    assert run.job("Plan").outputs["count"] == count
    assert results(run)["build"] == ("failure" if count != "0" else "skipped")
    assert results(run)["gate"] == ("failure" if count != "0" else "success")


def assert_run_of_a_fork(sample: SampleRepository, run: Run) -> None:
    assert run.misconfigurations == []
    assert {level for job in run.jobs for level in job.permissions.levels.values()} <= {"read", "none"}
    assert run.job("Lint / Code scanning").result == "skipped"
    assert sample.github.code_scanning == []


def test_fork_has_read_only_token(sample: SampleRepository, open_pull_request: Callable[..., Run]) -> None:
    raise_version(sample, "denoise-one")
    run = open_pull_request(fork=True, faults=(NO_BUILD(),))
    assert {key: result for key, result in results(run).items() if result != "success"} == {
        "build": "failure",
        "gate": "failure",
    }
    assert_run_of_a_fork(sample, run)


@pytest.mark.slow
@pytest.mark.usefixtures("prebuilt")
def test_fork_gets_full_summary(sample: SampleRepository, open_pull_request: Callable[..., Run]) -> None:
    raise_version(sample, "denoise-one")
    run = open_pull_request(fork=True)
    assert run.conclusion == "success", run.describe()
    assert_run_of_a_fork(sample, run)
    assert "## denoise-one 1.1" in run.summary()


def test_pull_request_jobs_have_no_secrets(sample: SampleRepository, open_pull_request: Callable[..., Run]) -> None:
    """Pull request workflows use no secrets, so that even those of the same repository get none."""
    sample.git_repo.directory.joinpath(".ci/run").write_text("#!/bin/sh\nenv\n")
    run = open_pull_request(faults=(NO_BUILD(),))
    assert "GITHUB_RUN_ID" in run.job("Tests").step("Run all tests").log
    assert SECRET not in "".join(step.log for _, step in run.steps())
    assert "***" not in run.job("Tests").step("Run all tests").log


@pytest.mark.parametrize("fork", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_card_error_is_annotated_at_its_line(
    sample: SampleRepository, open_pull_request: Callable[..., Run], fork: bool
) -> None:
    text = card(sample, "denoise-one").read_text()
    card(sample, "denoise-one").write_text(text.replace("weights: GPL-3.0-or-later", "weights: CC-BY-NC-4.0"))
    line = card(sample, "denoise-one").read_text().split("\n").index("  weights: CC-BY-NC-4.0") + 1
    run_dtmodels(sample.git_repo.directory, "docs")
    run = open_pull_request(fork=fork, faults=(NO_BUILD(),))
    errors = [(one.file, one.line) for one in run.annotations() if one.level == "error"]
    assert ("models/denoise-one/card.yaml", line) in errors
    assert (run.result("lint"), run.result("gate")) == ("failure", "failure")
    assert "lint" in run.job("Gate").step("Check the results of all jobs").log
    findings = [result for one in sample.github.code_scanning for result in one["sarif"]["runs"][0]["results"]]
    assert any(result["level"] == "error" for result in findings) is not fork


@pytest.mark.slow
@pytest.mark.usefixtures("prebuilt")
def test_broken_model_fails_the_gate_but_not_other_models(
    sample: SampleRepository, open_pull_request: Callable[..., Run]
) -> None:
    for model_id in ("denoise-one", "denoise-two"):
        raise_version(sample, model_id)
    run = open_pull_request(faults=(Fault(kind="fail", job="Build (denoise-one*", step="Build, validate*"),))
    assert results(run)["build"] == results(run)["gate"] == "failure"
    assert built(run) == ["denoise-two"]
    assert "## denoise-two 1.1" in run.summary()


def test_merge_queue_and_main_build_changed_models(sample: SampleRepository) -> None:
    before = sample.git_repo.head
    raise_version(sample, "denoise-two")
    pushed = sample.git_repo.push({})
    for event in (pushed, merge_group(sha=pushed.sha, base=before)):
        run = run_workflow(sample.github, event, "ci.yml", faults=(NO_BUILD(),))
        assert [one["ids"] for one in json.loads(run.job("Plan").outputs["shards"])] == ["denoise-two"]
        assert results(run)["lint"] == "success", run.describe()


def test_cancelled_lint_fails_the_gate(sample: SampleRepository, open_pull_request: Callable[..., Run]) -> None:
    sample.git_repo.directory.joinpath("CONTRIBUTING.md").write_text("# How to contribute\n")
    run = open_pull_request(faults=(Fault(kind="cancel", job="Lint / Cards", step="Lint the cards"),))
    assert results(run)["gate"] == "failure"
    assert "cancelled" in run.job("Gate").step("Check the results of all jobs").log
