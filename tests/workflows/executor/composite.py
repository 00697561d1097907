"""Composite actions: a list of steps with its own inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.workflows.executor import calls, steps
from tests.workflows.executor.documents import Source
from tests.workflows.executor.github_state import GitHubState
from tests.workflows.executor.problems import NotImplementedHere, StepFailed, WorkflowRejected
from tests.workflows.executor.results import StepResult
from tests.workflows.executor.step_context import StepContext


def find(context: StepContext, uses: str) -> tuple[Path, Source] | None:
    """Find the directory and the commit of a real action; None if the action is faked.

    `./…` is searched in the workspace, which needs a checkout; `$/…` is of the workflow's own commit.
    """
    if uses.startswith("./"):
        return context.runner.workspace / uses[2:], context.source
    if uses.startswith("$/") or "/".join(uses.split("/")[:2]).partition("@")[0] in context.runner.github.repositories:
        try:
            reference = calls.resolve(context.runner.github, uses, context.source)
        except WorkflowRejected as exc:
            raise StepFailed(str(exc)) from exc
        return reference.source.directory / reference.path, reference.source
    return None


def run(
    context: StepContext, action: tuple[Path, Source], inputs: Mapping[str, str], env: dict[str, str], step: StepResult
) -> None:
    """Run its steps and evaluate its outputs."""
    directory, source = action
    document = _read(context.runner.github, directory)
    inner = StepContext(
        runner=context.runner,
        steps=document["runs"]["steps"],
        contexts={
            **context.contexts,
            "inputs": _inputs(context, document, inputs, step.name),
            "github": {**context.contexts["github"], "action_path": str(directory)},
        },
        env={**context.env, **env},
        source=source,
        known_inputs=set(document.get("inputs") or {}),
        path=f"{context.path}{step.name} / ",
        action_path=directory,
    )
    for one in inner.steps:
        if "run" in one and "shell" not in one:
            raise StepFailed(f"Required property is missing: shell (in {directory.name})")
    steps.run_steps(inner)
    scope = inner.scope()
    outputs = {name: about["value"] for name, about in (document.get("outputs") or {}).items()}
    step.outputs = context.runner.github.evaluator.texts(outputs, scope)
    inner.note_missing(scope, step.name)
    if inner.failed:
        raise StepFailed(f"a step of {directory.name} failed")


def _read(github: GitHubState, directory: Path) -> dict[str, Any]:
    file = next((directory / name for name in ("action.yml", "action.yaml") if (directory / name).is_file()), None)
    if file is None:
        raise StepFailed(f"no action.yml in {directory.name}: was the repository checked out?")
    try:
        document = github.evaluator.action(file.read_text(encoding="utf-8"), name=f"{directory.name}/action.yml")
    except WorkflowRejected as exc:
        raise StepFailed(str(exc)) from exc
    if document["runs"]["using"] != "composite":
        raise NotImplementedHere(f"{directory.name} is not a composite action")
    return document


def _inputs(context: StepContext, document: Mapping[str, Any], inputs: Mapping[str, str], where: str) -> dict[str, str]:
    declared = document.get("inputs") or {}
    for name in sorted(set(inputs) - set(declared)):
        context.runner.note_misconfiguration(where, f"the action takes no input {name}")
    for name, about in declared.items():
        if about.get("required") and name not in inputs and "default" not in about:
            context.runner.note_misconfiguration(where, f"the action needs the input {name}")
    defaults = {name: about.get("default", "") for name, about in declared.items()}
    filled: dict[str, str] = context.runner.github.evaluator.texts(defaults, context.scope())
    return {**filled, **{name: value for name, value in inputs.items() if name in declared}}
