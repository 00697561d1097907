"""One job on one machine: its rights, its environment, its steps, its outputs."""

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
from tests.workflows.executor.github_state import World
from tests.workflows.executor.problems import StepFailed
from tests.workflows.executor.results import JobResult
from tests.workflows.executor.step_context import Frame, Machine
from tests.workflows.executor.workflow_jobs import Level

DEFAULT_TIMEOUT_MINUTES = 360.0


def run_job(
    world: World,
    level: Level,
    job: Job,
    contexts: Mapping[str, Any],
    *,
    key: Key,
    name: str,
    faults: Sequence[Fault],
) -> JobResult:
    """Run one leg of a job to its end."""
    rights = level.token_rights(job)
    result = JobResult(key=key, name=name, result="success", rights=rights)
    directory = level.run.directory / f"job-{len(level.run.jobs)}"
    minutes = float(job.document.get("timeout-minutes", DEFAULT_TIMEOUT_MINUTES))
    machine = Machine(
        world=world,
        run=level.run,
        workflow=level.workflow,
        job=result,
        directory=directory,
        token=world.token(rights, job.id),
        before=[*level.before, *((*level.key, one) for one in level.ancestors(job)), key],
        faults=faults,
        deadline=time.monotonic() + minutes * 60,
        timeout_minutes=minutes,
    )
    machine.masks = [machine.token, *contexts["secrets"].values()]
    for part in (machine.workspace, directory / "home", directory / "temp", directory / "tools"):
        part.mkdir(parents=True)
    frame = _frame(level, job, machine, contexts)
    try:
        _begin(level, job, frame)
        steps.run_steps(frame)
        if not frame.failed and not machine.cancelled:
            result.outputs = _outputs(job, frame)
    except StepFailed as failed:
        frame.failed = True
        result.error = str(failed)
    if machine.cancelled or time.monotonic() > machine.deadline:
        result.result = "cancelled"
    elif frame.failed:
        result.result = "failure"
    return result


def _frame(level: Level, job: Job, machine: Machine, contexts: Mapping[str, Any]) -> Frame:
    github = {
        **contexts["github"],
        "job": job.id,
        "token": machine.token,
        "workspace": str(machine.workspace),
        "event_path": str(_event(machine.directory, contexts["github"]["event"])),
    }
    runner = {"os": "Linux", "arch": "X64", "temp": str(machine.directory / "temp"), "debug": ""}
    defaults = {**_defaults(level.workflow.document), **_defaults(job.document)}
    return Frame(
        machine=machine,
        steps=job.document["steps"],
        contexts={
            **contexts,
            "github": github,
            "runner": runner,
            "secrets": {**contexts["secrets"], "GITHUB_TOKEN": machine.token},
        },
        env={},
        source=level.workflow.source,
        known_inputs=level.known_inputs(),
        shell=defaults.get("shell", ""),
        directory=defaults.get("working-directory", ""),
    )


def _begin(level: Level, job: Job, frame: Frame) -> None:
    """Evaluate what holds for all steps."""
    evaluator = frame.machine.world.evaluator
    for env in (level.workflow.document.get("env"), job.document.get("env")):
        scope = frame.scope()
        frame.env |= evaluator.texts(env or {}, scope)
        frame.note_missing(scope, "env")
    environment = job.document.get("environment", "")
    named = environment.get("name", "") if isinstance(environment, Mapping) else environment
    frame.machine.job.environment = evaluator.texts(named, frame.scope())


def _outputs(job: Job, frame: Frame) -> dict[str, str]:
    scope = frame.scope()
    found: dict[str, str] = frame.machine.world.evaluator.texts(job.document.get("outputs") or {}, scope)
    frame.note_missing(scope, "outputs")
    for name, value in list(found.items()):
        if frame.machine.blot(value) != value:
            frame.machine.slip("outputs", f"{name} has a secret in it, so GitHub drops it")
            del found[name]
    return found


def _defaults(document: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = (document.get("defaults") or {}).get("run") or {}
    return found


def _event(directory: Path, payload: Mapping[str, Any]) -> Path:
    file = directory / "event.json"
    directory.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(payload))
    return file
