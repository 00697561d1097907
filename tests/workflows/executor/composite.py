"""Composite actions: a list of steps with inputs and outputs of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.workflows.executor import calls, steps
from tests.workflows.executor.documents import Source
from tests.workflows.executor.github_state import World
from tests.workflows.executor.problems import NotImplementedHere, Refused, StepFailed
from tests.workflows.executor.results import StepResult
from tests.workflows.executor.step_context import Frame


def find(frame: Frame, uses: str) -> tuple[Path, Source] | None:
    """The directory of an action that is no stand-in's, and the commit it belongs to.

    `./…` is looked for in the workspace, so the repository has to be there; `$/…` is of the workflow's own commit.
    """
    if uses.startswith("./"):
        return frame.machine.workspace / uses[2:], frame.source
    if uses.startswith("$/") or "/".join(uses.split("/")[:2]).partition("@")[0] in frame.machine.world.origins:
        try:
            place = calls.resolve(frame.machine.world, uses, frame.source)
        except Refused as refused:
            raise StepFailed(str(refused)) from refused
        return place.source.directory / place.path, place.source
    return None


def run(
    frame: Frame, found: tuple[Path, Source], given: Mapping[str, str], env: dict[str, str], step: StepResult
) -> None:
    """Run its steps and evaluate its outputs."""
    directory, source = found
    document = _read(frame.machine.world, directory)
    inner = Frame(
        machine=frame.machine,
        steps=document["runs"]["steps"],
        contexts={
            **frame.contexts,
            "inputs": _inputs(frame, document, given, step.name),
            "github": {**frame.contexts["github"], "action_path": str(directory)},
        },
        env={**frame.env, **env},
        source=source,
        known_inputs=set(document.get("inputs") or {}),
        path=f"{frame.path}{step.name} / ",
        action_path=directory,
    )
    for one in inner.steps:
        if "run" in one and "shell" not in one:
            raise StepFailed(f"Required property is missing: shell (in {directory.name})")
    steps.run_steps(inner)
    scope = inner.scope()
    outputs = {name: about["value"] for name, about in (document.get("outputs") or {}).items()}
    step.outputs = frame.machine.world.evaluator.texts(outputs, scope)
    inner.note_missing(scope, step.name)
    if inner.failed:
        raise StepFailed(f"a step of {directory.name} failed")


def _read(world: World, directory: Path) -> dict[str, Any]:
    file = next((directory / name for name in ("action.yml", "action.yaml") if (directory / name).is_file()), None)
    if file is None:
        raise StepFailed(f"no action.yml in {directory.name}: was the repository checked out?")
    try:
        document = world.evaluator.action(file.read_text(encoding="utf-8"), name=f"{directory.name}/action.yml")
    except Refused as refused:
        raise StepFailed(str(refused)) from refused
    if document["runs"]["using"] != "composite":
        raise NotImplementedHere(f"{directory.name} is no composite action")
    return document


def _inputs(frame: Frame, document: Mapping[str, Any], given: Mapping[str, str], where: str) -> dict[str, str]:
    declared = document.get("inputs") or {}
    for name in sorted(set(given) - set(declared)):
        frame.machine.slip(where, f"the action takes no input {name}")
    for name, about in declared.items():
        if about.get("required") and name not in given and "default" not in about:
            frame.machine.slip(where, f"the action needs the input {name}")
    defaults = {name: about.get("default", "") for name, about in declared.items()}
    filled: dict[str, str] = frame.machine.world.evaluator.texts(defaults, frame.scope())
    return {**filled, **{name: value for name, value in given.items() if name in declared}}
