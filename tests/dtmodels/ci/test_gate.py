"""The gate accepts successful jobs, and jobs that the plan had no work for; it rejects all others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dtbase.system.errors import WrongUsage
from dtbase.terminal.console import Console
from dtmodels.ci.gate import gate


def needs(count: str | None = "3", plan: str = "success", **results: str) -> str:
    outputs = {} if count is None else {"count": count, "dry_run": "true"}
    jobs: dict[str, Any] = {"plan": {"result": plan, "outputs": outputs}}
    return json.dumps(jobs | {name: {"result": result, "outputs": {}} for name, result in results.items()})


def exit_code(text: str, may_skip: str = "") -> int:
    return gate(text, may_skip, Console())


def test_all_jobs_succeeded() -> None:
    assert exit_code(needs(build="success", lint="success")) == 0


@pytest.mark.parametrize("result", ["failure", "cancelled", "skipped", "", "SUCCESS", "neutral"])
@pytest.mark.parametrize("may_skip", ["", "build"])
def test_other_results_fail_if_the_plan_has_work(result: str, may_skip: str) -> None:
    assert exit_code(needs(build=result), may_skip) == 1


@pytest.mark.parametrize("result", ["failure", "cancelled"])
def test_skippable_job_must_not_fail(result: str) -> None:
    assert exit_code(needs("0", build=result), "build") == 1


def test_job_may_be_skipped_if_the_plan_has_no_work() -> None:
    assert exit_code(needs("0", build="skipped"), "build") == 0


def test_only_the_named_jobs_may_be_skipped() -> None:
    assert exit_code(needs("0", build="skipped", tests="skipped"), "build") == 1


@pytest.mark.parametrize("plan", ["failure", "cancelled", "skipped"])
def test_no_job_may_be_skipped_without_a_plan(plan: str) -> None:
    assert exit_code(needs("0", plan, build="skipped"), "build") == 1


@pytest.mark.parametrize("count", [None, "", "00", "false"])
def test_no_job_may_be_skipped_unless_count_is_zero(count: str | None) -> None:
    assert exit_code(needs(count, build="skipped"), "build") == 1


def test_output_of_another_job_may_allow_skipping() -> None:
    reason = "publish:plan.dry_run=true, build"
    assert exit_code(needs("0", build="skipped", publish="skipped"), reason) == 0
    assert exit_code(needs("0", build="skipped", publish="skipped"), reason.replace("true", "false")) == 1


def test_deciding_job_must_be_in_needs() -> None:
    text = json.dumps({"build": {"result": "skipped", "outputs": {}}})
    assert exit_code(text, "build") == 1


def test_table_gives_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code(needs("2", build="skipped", lint="failure", sarif="skipped"), "build")
    output = capsys.readouterr().out
    assert "build  skipped  BAD      plan set count = 2, so this job had to run" in output
    assert "sarif  skipped  BAD      this job must not be skipped" in output
    assert "lint   failure  BAD" in output
    assert "plan   success  good" in output


@pytest.mark.parametrize("text", ["", "null", "[]", "3", '{"a": 1}', '{"a": {}}', "{", "{}"])
def test_malformed_needs_is_wrong_usage(text: str) -> None:
    with pytest.raises(WrongUsage) as error:
        exit_code(text)
    assert error.value.where == "NEEDS"


@pytest.mark.parametrize("may_skip", ["biuld", "build:plan", "build:plan.count", "../x", "build;lint"])
def test_unknown_job_in_may_skip_is_wrong_usage(may_skip: str) -> None:
    with pytest.raises(WrongUsage) as error:
        exit_code(needs(build="success"), may_skip)
    assert error.value.where == "MAY_SKIP"


def test_command_reads_environment_variables(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dtmodels", "gate"]
    environment = {"NEEDS": needs("0", build="skipped"), "PYTHONPATH": str(Path(__file__).parents[3] / "tools")}
    run = lambda **more: subprocess.run(  # noqa: E731 - called three times
        command, env=environment | more, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run(MAY_SKIP="build").returncode == 0
    assert run().returncode == 1
    assert run(NEEDS="").returncode == 2
