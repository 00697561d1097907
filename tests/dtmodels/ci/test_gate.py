"""The gate lets through what went well, and what the plan said need not run; nothing else."""

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


def judged(text: str, may_skip: str = "") -> int:
    return gate(text, may_skip, Console())


def test_all_went_well() -> None:
    assert judged(needs(build="success", lint="success")) == 0


@pytest.mark.parametrize("result", ["failure", "cancelled", "skipped", "", "SUCCESS", "neutral"])
@pytest.mark.parametrize("may_skip", ["", "build"])
def test_anything_but_success_fails_while_there_was_something_to_do(result: str, may_skip: str) -> None:
    assert judged(needs(build=result), may_skip) == 1


@pytest.mark.parametrize("result", ["failure", "cancelled"])
def test_a_job_that_may_be_skipped_may_not_fail(result: str) -> None:
    assert judged(needs("0", build=result), "build") == 1


def test_a_job_may_be_skipped_when_the_plan_has_nothing_for_it() -> None:
    assert judged(needs("0", build="skipped"), "build") == 0


def test_only_the_named_jobs_may_be_skipped() -> None:
    assert judged(needs("0", build="skipped", tests="skipped"), "build") == 1


@pytest.mark.parametrize("plan", ["failure", "cancelled", "skipped"])
def test_without_a_plan_nobody_may_be_skipped(plan: str) -> None:
    assert judged(needs("0", plan, build="skipped"), "build") == 1


@pytest.mark.parametrize("count", [None, "", "00", "false"])
def test_a_plan_that_does_not_say_zero_excuses_nobody(count: str | None) -> None:
    assert judged(needs(count, build="skipped"), "build") == 1


def test_another_job_may_give_another_reason() -> None:
    reason = "publish:plan.dry_run=true, build"
    assert judged(needs("0", build="skipped", publish="skipped"), reason) == 0
    assert judged(needs("0", build="skipped", publish="skipped"), reason.replace("true", "false")) == 1


def test_a_reason_given_by_a_job_the_gate_does_not_need_is_none() -> None:
    text = json.dumps({"build": {"result": "skipped", "outputs": {}}})
    assert judged(text, "build") == 1


def test_the_table_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    judged(needs("2", build="skipped", lint="failure", sarif="skipped"), "build")
    said = capsys.readouterr().out
    assert "build  skipped  BAD      plan says count = 2, so it had to run" in said
    assert "sarif  skipped  BAD      this job is never skipped" in said
    assert "lint   failure  BAD" in said
    assert "plan   success  good" in said


@pytest.mark.parametrize("text", ["", "null", "[]", "3", '{"a": 1}', '{"a": {}}', "{", "{}"])
def test_something_else_than_github_says_is_wrong_usage(text: str) -> None:
    with pytest.raises(WrongUsage) as exc:
        judged(text)
    assert exc.value.where == "NEEDS"


@pytest.mark.parametrize("may_skip", ["biuld", "build:plan", "build:plan.count", "../x", "build;lint"])
def test_a_job_that_does_not_exist_may_not_be_named(may_skip: str) -> None:
    with pytest.raises(WrongUsage) as exc:
        judged(needs(build="success"), may_skip)
    assert exc.value.where == "MAY_SKIP"


def test_the_command_reads_its_environment(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dtmodels", "gate"]
    environment = {"NEEDS": needs("0", build="skipped"), "PYTHONPATH": str(Path(__file__).parents[3] / "tools")}
    run = lambda **more: subprocess.run(  # noqa: E731 - said twice
        command, env=environment | more, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run(MAY_SKIP="build").returncode == 0
    assert run().returncode == 1
    assert run(NEEDS="").returncode == 2
