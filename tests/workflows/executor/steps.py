"""Sequential execution of steps: conditions, commands and actions, and their outputs."""

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
from tests.workflows.executor.step_context import StepContext

LINES = re.compile(r"\r\n|\n|\r")
"""Line breaks of the runner, including a lone carriage return."""


def run_steps(context: StepContext) -> None:
    """Run a list of steps; `context.failed` is their result."""
    for document in context.steps:
        run_step(context, document)


def run_step(context: StepContext, document: Mapping[str, Any]) -> None:
    """Run one step if its condition is true, and record its result."""
    runner = context.runner
    step = StepResult(name=_name(document), id=document.get("id", ""), outcome="skipped", conclusion="skipped")
    position = len(runner.job.steps)
    started, started_cpu_s = time.monotonic(), _children_cpu_s()
    try:
        _attempt(context, document, step)
    except StepFailed as failed:
        step.outcome, step.error = "failure", str(failed)
    if runner.cancelled and step.outcome == "failure" and time.monotonic() < runner.deadline:
        step.outcome = "cancelled"
    step.seconds, step.cpu_s = time.monotonic() - started, _children_cpu_s() - started_cpu_s
    step.conclusion = step.outcome
    if step.outcome == "failure" and _may_fail(context, document):
        step.conclusion = "success"
    elif step.outcome == "failure":
        context.failed = True
    step.name = f"{context.path}{step.name}"
    runner.job.steps.insert(position, step)
    if step.id:
        context.finished[step.id] = step


def _attempt(context: StepContext, document: Mapping[str, Any], step: StepResult) -> None:
    runner, scope = context.runner, context.scope()
    name = runner.github.evaluator.texts(_name(document), scope)
    env = runner.github.evaluator.texts(document.get("env") or {}, scope)
    context.note_missing(scope, name)
    scope = context.scope(env)
    should_run = runner.github.evaluator.condition(document.get("if"), scope)
    context.note_missing(scope, name)
    step.name = name
    fault = next(
        (one for one in runner.faults if should_run and one.applies(runner.job.name, f"{context.path}{name}")), None
    )
    if not should_run or _apply_fault(context, fault):
        return
    step.outcome = "success"
    if "uses" in document:
        _use(context, document, step, env)
    else:
        _shell(context, document, step, env, fault)


def _apply_fault(context: StepContext, fault: Fault | None) -> bool:
    """Apply an injected fault; return True if the step is skipped because of it."""
    if fault is None or fault.kind == "cancel-during":
        return False
    if fault.kind == "fail":
        raise StepFailed("an injected failure")
    if fault.kind == "cancel":
        context.runner.cancel()
        return True
    fault.do()
    return False


def _use(context: StepContext, document: Mapping[str, Any], step: StepResult, env: dict[str, str]) -> None:
    """Use an action: a composite action runs its steps, a marketplace action is a fake."""
    uses, scope = document["uses"], context.scope(env)
    inputs = context.runner.github.evaluator.texts(document.get("with") or {}, scope)
    context.note_missing(scope, step.name)
    if action := composite.find(context, uses):
        composite.run(context, action, inputs, env, step)
        return
    call = marketplace_actions.prepare(context, uses, inputs)
    try:
        step.outputs = marketplace_actions.run(uses, call)
    finally:
        _read(context, step, call.log)
    context.runner.paths.extend(call.paths)
    context.runner.env |= call.env


def _shell(
    context: StepContext, document: Mapping[str, Any], step: StepResult, env: dict[str, str], fault: Fault | None
) -> None:
    runner = context.runner
    runner.steps += 1
    directory = runner.directory / "steps" / str(runner.steps)
    files = file_commands.create_command_files(directory)
    shell.check_text(document["run"], step.name)
    script = directory / "script"
    script.write_text(document["run"])
    environment = _environment(context, env, files)
    for name in shell.unset_variables(document["run"], environment):
        runner.note_misconfiguration(step.name, f"nothing sets ${name}")
    minutes = float(document.get("timeout-minutes", runner.timeout_minutes))
    remaining_s = min(minutes * 60, runner.deadline - time.monotonic())
    process = sandbox.run(
        shell.command(document.get("shell", context.shell), script),
        network=runner.github.network,
        env=environment,
        cwd=_directory(context, document),
        timeout_s=max(0.0, min(remaining_s, runner.github.longest_step_s)),
        cancel=fault.when if fault and fault.kind == "cancel-during" else None,
    )
    _read(context, step, LINES.split(process.output.removesuffix("\n")))
    _collect(context, step, files)
    if process.ended == "cancelled":
        runner.cancel()
    if process.ended == "timeout" and remaining_s > runner.github.longest_step_s:
        raise StepFailed(f"a step of a test may take {runner.github.longest_step_s:.0f} s")
    if process.ended == "timeout":
        raise StepFailed(f"took longer than {min(minutes, runner.timeout_minutes):g} minutes")
    if process.code:
        raise StepFailed(f"exit code {process.code}")


def _directory(context: StepContext, document: Mapping[str, Any]) -> Path:
    name = document.get("working-directory", context.directory)
    directory: Path = context.runner.workspace / context.runner.github.evaluator.texts(name, context.scope())
    if not directory.is_dir():
        raise StepFailed(f"working directory '{name}' does not exist")
    return directory


def _environment(context: StepContext, env: Mapping[str, str], files: Mapping[str, str]) -> dict[str, str]:
    runner = context.runner
    environment = {
        **context.env,
        **runner.env,
        **env,
        **runner.github.environment,
        **variables(context.contexts["github"]),
    }
    return {
        **environment,
        **files,
        "HOME": str(runner.directory / "home"),
        "RUNNER_TEMP": str(runner.directory / "temp"),
        "TMPDIR": str(runner.directory / "temp"),
        "RUNNER_TOOL_CACHE": str(runner.directory / "tools"),
        "FAKE_GITHUB_STATE": str(runner.github.directory),
        "LANG": "C.UTF-8",
        "PATH": runner.path(),
        **({"GITHUB_ACTION_PATH": str(context.action_path)} if context.action_path else {}),
    }


def _read(context: StepContext, step: StepResult, lines: list[str]) -> None:
    parsed = read_log(lines)
    context.runner.masks.extend(mask for text in parsed.masks for mask in (text, *text.splitlines()))
    step.log = context.runner.redact("\n".join(parsed.lines))
    step.annotations, step.commands = parsed.annotations, parsed.commands
    if parsed.errors:
        raise StepFailed("; ".join(parsed.errors))


def _collect(context: StepContext, step: StepResult, files: dict[str, str]) -> None:
    written = file_commands.read_command_files(files)
    step.outputs = written.outputs
    step.summary = context.runner.redact(written.summary)
    context.runner.env |= written.env
    for path in written.paths:
        context.runner.paths = [*(one for one in context.runner.paths if one != path), path]


def _may_fail(context: StepContext, document: Mapping[str, Any]) -> bool:
    may_fail: Result | bool = context.runner.github.evaluator.fill(
        document.get("continue-on-error", False), context.scope()
    )
    return bool(may_fail)


def _name(document: Mapping[str, Any]) -> str:
    """Return the step's name; GitHub's default is derived from its command or action."""
    what = document.get("uses") or document.get("run", "").strip().partition("\n")[0]
    return str(document.get("name", f"Run {what}"))


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
