"""Execution of one job on one runner: permissions, environment, steps, outputs."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.workflows.executor import steps
from tests.workflows.executor.artifacts import Key
from tests.workflows.executor.documents import Job
from tests.workflows.executor.faults import Fault
from tests.workflows.executor.github_state import GitHubState
from tests.workflows.executor.problems import StepFailed
from tests.workflows.executor.results import JobResult
from tests.workflows.executor.step_context import Runner, StepContext
from tests.workflows.executor.workflow_jobs import WorkflowJobs

DEFAULT_TIMEOUT_MINUTES = 360.0


def run_job(
    github: GitHubState,
    workflow_jobs: WorkflowJobs,
    job: Job,
    contexts: Mapping[str, Any],
    *,
    key: Key,
    name: str,
    faults: Sequence[Fault],
) -> JobResult:
    """Run one job, or one job of a matrix, to its end."""
    permissions = workflow_jobs.token_permissions(job)
    result = JobResult(key=key, name=name, result="success", permissions=permissions)
    directory = workflow_jobs.run.directory / f"job-{len(workflow_jobs.run.jobs)}"
    minutes = float(job.document.get("timeout-minutes", DEFAULT_TIMEOUT_MINUTES))
    runner = Runner(
        github=github,
        run=workflow_jobs.run,
        workflow=workflow_jobs.workflow,
        job=result,
        directory=directory,
        token=github.token(permissions, job.id),
        before=[*workflow_jobs.before, *((*workflow_jobs.key, one) for one in workflow_jobs.ancestors(job)), key],
        faults=faults,
        deadline=time.monotonic() + minutes * 60,
        timeout_minutes=minutes,
    )
    runner.masks = [runner.token, *contexts["secrets"].values()]
    for part in (runner.workspace, directory / "home", directory / "temp", directory / "tools"):
        part.mkdir(parents=True)
    context = _step_context(workflow_jobs, job, runner, contexts)
    try:
        _begin(workflow_jobs, job, context)
        steps.run_steps(context)
        if not context.failed and not runner.cancelled:
            result.outputs = _outputs(job, context)
    except StepFailed as failed:
        context.failed = True
        result.error = str(failed)
    if runner.cancelled or time.monotonic() > runner.deadline:
        result.result = "cancelled"
    elif context.failed:
        result.result = "failure"
    return result


def _step_context(workflow_jobs: WorkflowJobs, job: Job, runner: Runner, contexts: Mapping[str, Any]) -> StepContext:
    github_context = {
        **contexts["github"],
        "job": job.id,
        "token": runner.token,
        "workspace": str(runner.workspace),
        "event_path": str(_event(runner.directory, contexts["github"]["event"])),
    }
    runner_context = {"os": "Linux", "arch": "X64", "temp": str(runner.directory / "temp"), "debug": ""}
    defaults = {**_defaults(workflow_jobs.workflow.document), **_defaults(job.document)}
    return StepContext(
        runner=runner,
        steps=job.document["steps"],
        contexts={
            **contexts,
            "github": github_context,
            "runner": runner_context,
            "secrets": {**contexts["secrets"], "GITHUB_TOKEN": runner.token},
        },
        env={},
        source=workflow_jobs.workflow.source,
        known_inputs=workflow_jobs.known_inputs(),
        shell=defaults.get("shell", ""),
        directory=defaults.get("working-directory", ""),
    )


def _begin(workflow_jobs: WorkflowJobs, job: Job, context: StepContext) -> None:
    """Evaluate the variables and the environment of all steps."""
    evaluator = context.runner.github.evaluator
    for env in (workflow_jobs.workflow.document.get("env"), job.document.get("env")):
        scope = context.scope()
        context.env |= evaluator.texts(env or {}, scope)
        context.note_missing(scope, "env")
    environment = job.document.get("environment", "")
    named = environment.get("name", "") if isinstance(environment, Mapping) else environment
    context.runner.job.environment = evaluator.texts(named, context.scope())


def _outputs(job: Job, context: StepContext) -> dict[str, str]:
    scope = context.scope()
    outputs: dict[str, str] = context.runner.github.evaluator.texts(job.document.get("outputs") or {}, scope)
    context.note_missing(scope, "outputs")
    for name, value in list(outputs.items()):
        if context.runner.redact(value) != value:
            context.runner.note_misconfiguration("outputs", f"{name} contains a secret, so GitHub drops it")
            del outputs[name]
    return outputs


def _defaults(document: Mapping[str, Any]) -> dict[str, str]:
    run_defaults: dict[str, str] = (document.get("defaults") or {}).get("run") or {}
    return run_defaults


def _event(directory: Path, payload: Mapping[str, Any]) -> Path:
    file = directory / "event.json"
    directory.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(payload))
    return file
