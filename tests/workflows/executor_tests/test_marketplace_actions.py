"""Fakes of marketplace actions: pins, permissions and effects."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.workflows.executor import GitHubState, NotImplementedHere, Run, run_workflow
from tests.workflows.executor.actions.github_codeql_action_upload_sarif import check
from tests.workflows.executor.events import dispatch, push
from tests.workflows.executor.problems import StepFailed
from tests.workflows.git_repository import GitRepository


def test_checkout_depth_pins_inputs_and_permissions(
    workflow_repo: GitRepository, make_github: Callable[..., GitHubState], tmp_path: Path
) -> None:
    git_repo = workflow_repo.clone(tmp_path / "known")
    text = (git_repo.directory / ".github/workflows/marketplace.yml").read_text()
    sha = git_repo.commit({".github/workflows/marketplace.yml": text[: text.index("  unknown:")]})
    run = run_workflow(make_github(git_repo), push(sha), "marketplace.yml")
    assert run.job("shallow").steps[1].log == "1\nsecond"
    assert run.job("deep").result == "success", run.describe()
    assert run.job("deep").steps[1].log == "3\nmain"
    assert [str(misconfiguration) for misconfiguration in run.misconfigurations] == [
        "deep: checkout leaves the token in .git/config: set persist-credentials to false"
    ]
    assert "needs contents: read, has nothing" in run.job("no-permission").steps[0].error
    assert "is used at 0000" in run.job("wrong-pin").steps[0].error
    assert "takes no fetch_depth" in run.job("wrong-input").steps[0].error


def test_action_without_pin_or_fake_cannot_run(
    workflow_repo: GitRepository, run_file: Callable[..., Run], github: GitHubState
) -> None:
    assert "unknown/action is not in actions.lock.json" in run_file("marketplace").job("unknown").steps[0].error
    pin = replace(github.pins.by_action["actions/checkout"], action="unknown/action", sha="0" * 40)
    github.pins.by_action["unknown/action"] = pin
    with pytest.raises(NotImplementedHere, match="unknown/action has no fake"):
        run_file("marketplace")


@pytest.fixture
def artifacts(run_file: Callable[..., Run], workflow_repo: GitRepository) -> Callable[..., Run]:
    return lambda **inputs: run_file("artifacts", dispatch(workflow_repo.head, **inputs))


def test_artefacts_are_passed_between_jobs(artifacts: Callable[..., Run]) -> None:
    run = artifacts()
    assert [artifact.name for artifact in run.artifacts.stored] == ["part-a", "part-b"]
    assert run.artifacts.stored[0].files() == ["a/file.txt"]  # no hidden and no excluded files
    assert run.job("merged").steps[1].log.splitlines() == ["got/a/file.txt", "got/b/file.txt"]
    assert run.job("separate").steps[1].log.splitlines() == ["./part-a/a/file.txt", "./part-b/b/file.txt"]
    assert "No files were found" in run.job("nothing").steps[0].error


def test_artefact_race_is_a_misconfiguration(artifacts: Callable[..., Run]) -> None:
    run = artifacts()
    assert run.job("race").result == "success"
    assert [misconfiguration.where for misconfiguration in run.misconfigurations] == ["race"]
    assert "no `needs` guarantees that it exists" in run.misconfigurations[0].what


def test_artefact_name_is_unique(artifacts: Callable[..., Run]) -> None:
    run = artifacts(name="same")
    assert "(409) Conflict" in run.job("make (b)").steps[1].error


def test_overwriting_an_artefact_of_another_job_is_a_misconfiguration(artifacts: Callable[..., Run]) -> None:
    run = artifacts(name="same", overwrite=True)
    assert run.result("make") == "success"
    assert any("overwritten by another job" in misconfiguration.what for misconfiguration in run.misconfigurations)


def test_artefact_name_is_taken_in_second_attempt(run_file: Callable[..., Run], workflow_repo: GitRepository) -> None:
    first = run_file("artifacts", dispatch(workflow_repo.head))
    first.results["make",] = ("failure", {})
    assert "(409)" in run_file("artifacts", dispatch(workflow_repo.head), previous=first).job("make (a)").steps[1].error


def test_attest_checks_digests_and_permissions(run_file: Callable[..., Run], github: GitHubState) -> None:
    run = run_file("attest")
    good = run.job("good")
    assert [step.outcome for step in good.steps] == ["success", "success", "success", "failure"]
    assert "no attestation of SHA256SUMS" in good.steps[3].log
    assert [one.name for one in github.attestations] == ["a"]
    assert "differ" in run.job("changed").steps[1].error
    assert "needs attestations: write" in run.job("may-not").steps[0].error


def test_python_has_only_installed_packages(run_file: Callable[..., Run]) -> None:
    job = run_file("python").job("python")
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
def test_code_scanning_checks_sarif(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "x.sarif"
    file.write_text(text)
    if why:
        with pytest.raises(StepFailed, match=why):
            check(file)
    else:
        assert check(file)["version"] == "2.1.0"
