"""Steps, one after another: whether each runs, what it runs, what it hands on."""

from __future__ import annotations

import re
import resource
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.workflows.executor import composite, file_commands, marketplace_actions, sandbox, shell
from tests.workflows.executor.contexts import variables
from tests.workflows.executor.faults import Fault
from tests.workflows.executor.log_commands import read_log
from tests.workflows.executor.problems import StepFailed
from tests.workflows.executor.results import Result, StepResult
from tests.workflows.executor.step_context import Frame

LINES = re.compile(r"\r\n|\n|\r")
"""Where the runner ends a line; a lone carriage return counts."""


def run_steps(frame: Frame) -> None:
    """Run a list of steps; `frame.failed` says how it went."""
    for document in frame.steps:
        run_step(frame, document)


def run_step(frame: Frame, document: Mapping[str, Any]) -> None:
    """Run one step, if its condition holds, and note what came of it."""
    machine = frame.machine
    step = StepResult(name=_name(document), id=document.get("id", ""), outcome="skipped", conclusion="skipped")
    place = len(machine.job.steps)
    started, used = time.monotonic(), _children_cpu_s()
    try:
        _attempt(frame, document, step)
    except StepFailed as failed:
        step.outcome, step.error = "failure", str(failed)
    if machine.cancelled and step.outcome == "failure" and time.monotonic() < machine.deadline:
        step.outcome = "cancelled"
    step.seconds, step.cpu_s = time.monotonic() - started, _children_cpu_s() - used
    step.conclusion = step.outcome
    if step.outcome == "failure" and _may_fail(frame, document):
        step.conclusion = "success"
    elif step.outcome == "failure":
        frame.failed = True
    step.name = f"{frame.path}{step.name}"
    machine.job.steps.insert(place, step)
    if step.id:
        frame.done[step.id] = step


def _attempt(frame: Frame, document: Mapping[str, Any], step: StepResult) -> None:
    machine, scope = frame.machine, frame.scope()
    name = machine.world.evaluator.texts(_name(document), scope)
    env = machine.world.evaluator.texts(document.get("env") or {}, scope)
    frame.note_missing(scope, name)
    scope = frame.scope(env)
    wanted = machine.world.evaluator.condition(document.get("if"), scope)
    frame.note_missing(scope, name)
    step.name = name
    fault = next(
        (one for one in machine.faults if wanted and one.strikes(machine.job.name, f"{frame.path}{name}")), None
    )
    if not wanted or _happens(frame, fault):
        return
    step.outcome = "success"
    if "uses" in document:
        _use(frame, document, step, env)
    else:
        _shell(frame, document, step, env, fault)


def _happens(frame: Frame, fault: Fault | None) -> bool:
    """Let a planned fault happen; whether the step is not run because of it."""
    if fault is None or fault.kind == "cancel-during":
        return False
    if fault.kind == "fail":
        raise StepFailed("a planned failure")
    if fault.kind == "cancel":
        frame.machine.cancel()
        return True
    fault.do()
    return False


def _use(frame: Frame, document: Mapping[str, Any], step: StepResult, env: dict[str, str]) -> None:
    """An action: a composite one is more steps, one of the marketplace is a stand-in."""
    uses, scope = document["uses"], frame.scope(env)
    given = frame.machine.world.evaluator.texts(document.get("with") or {}, scope)
    frame.note_missing(scope, step.name)
    if found := composite.find(frame, uses):
        composite.run(frame, found, given, env, step)
        return
    call = marketplace_actions.call(frame, uses, given)
    try:
        step.outputs = marketplace_actions.run(uses, call)
    finally:
        _read(frame, step, call.log)
    frame.machine.paths.extend(call.paths)
    frame.machine.env |= call.env


def _shell(
    frame: Frame, document: Mapping[str, Any], step: StepResult, env: dict[str, str], fault: Fault | None
) -> None:
    machine = frame.machine
    machine.steps += 1
    directory = machine.directory / "steps" / str(machine.steps)
    files = file_commands.fresh(directory)
    shell.check_text(document["run"], step.name)
    script = directory / "script"
    script.write_text(document["run"])
    around = _environment(frame, env, files)
    for name in shell.unset(document["run"], around):
        machine.slip(step.name, f"nothing sets ${name}")
    minutes = float(document.get("timeout-minutes", machine.timeout_minutes))
    left = min(minutes * 60, machine.deadline - time.monotonic())
    done = sandbox.run(
        shell.command(document.get("shell", frame.shell), script),
        network=machine.world.network,
        env=around,
        cwd=_directory(frame, document),
        timeout_s=max(0.0, min(left, machine.world.longest_step_s)),
        cancel=fault.when if fault and fault.kind == "cancel-during" else None,
    )
    _read(frame, step, LINES.split(done.output.removesuffix("\n")))
    _collect(frame, step, files)
    if done.ended == "cancelled":
        machine.cancel()
    if done.ended == "timeout" and left > machine.world.longest_step_s:
        raise StepFailed(f"a step of a test may take {machine.world.longest_step_s:.0f} s")
    if done.ended == "timeout":
        raise StepFailed(f"took longer than {min(minutes, machine.timeout_minutes):g} minutes")
    if done.code:
        raise StepFailed(f"exit code {done.code}")


def _directory(frame: Frame, document: Mapping[str, Any]) -> Path:
    asked = document.get("working-directory", frame.directory)
    directory: Path = frame.machine.workspace / frame.machine.world.evaluator.texts(asked, frame.scope())
    if not directory.is_dir():
        raise StepFailed(f"working directory '{asked}' does not exist")
    return directory


def _environment(frame: Frame, env: Mapping[str, str], files: Mapping[str, str]) -> dict[str, str]:
    machine = frame.machine
    around = {**frame.env, **machine.env, **env, **machine.world.environment, **variables(frame.contexts["github"])}
    return {
        **around,
        **files,
        "HOME": str(machine.directory / "home"),
        "RUNNER_TEMP": str(machine.directory / "temp"),
        "TMPDIR": str(machine.directory / "temp"),
        "RUNNER_TOOL_CACHE": str(machine.directory / "tools"),
        "STAND_IN_WORLD": str(machine.world.directory),
        "LANG": "C.UTF-8",
        "PATH": machine.path(),
        **({"GITHUB_ACTION_PATH": str(frame.action_path)} if frame.action_path else {}),
    }


def _read(frame: Frame, step: StepResult, lines: list[str]) -> None:
    said = read_log(lines)
    frame.machine.masks.extend(mask for text in said.masks for mask in (text, *text.splitlines()))
    step.log = frame.machine.blot("\n".join(said.lines))
    step.annotations, step.commands = said.annotations, said.commands
    if said.errors:
        raise StepFailed("; ".join(said.errors))


def _collect(frame: Frame, step: StepResult, files: dict[str, str]) -> None:
    handed = file_commands.collect(files)
    step.outputs = handed.outputs
    step.summary = frame.machine.blot(handed.summary)
    frame.machine.env |= handed.env
    for path in handed.paths:
        frame.machine.paths = [*(one for one in frame.machine.paths if one != path), path]


def _may_fail(frame: Frame, document: Mapping[str, Any]) -> bool:
    found: Result | bool = frame.machine.world.evaluator.fill(document.get("continue-on-error", False), frame.scope())
    return bool(found)


def _name(document: Mapping[str, Any]) -> str:
    """The step's name, or what GitHub makes of what it runs."""
    what = document.get("uses") or document.get("run", "").strip().partition("\n")[0]
    return str(document.get("name", f"Run {what}"))


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
