"""Calls of reusable workflows: found, held against their definition, never given more rights than the caller has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.workflows.executor.documents import Job, Source, Workflow, load_workflow
from tests.workflows.executor.github_state import World
from tests.workflows.executor.permissions import Rights
from tests.workflows.executor.problems import Refused, StepFailed

DEEPEST = 10
"""Levels of workflows that call workflows, the first included."""
REMOTE = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)/(?P<path>[^@]*)@(?P<ref>.+)")
TYPES: dict[str, type | tuple[type, ...]] = {"string": str, "boolean": bool, "number": (int, float)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which file a `uses:` means: of the same commit, or of another repository at a commit."""

    source: Source
    path: str


def resolve(world: World, uses: str, source: Source) -> Place:
    """Find the file or directory behind a `uses:` that is no action of the marketplace.

    Raises:
        Refused: the repository or the commit is not there, or what is meant can move.
    """
    if uses.startswith(("./", "$/")):
        return Place(source=source, path=uses[2:])
    match = REMOTE.fullmatch(uses)
    if match is None:
        raise Refused(f"'{uses}' is no workflow or action at a commit")
    if not re.fullmatch("[0-9a-f]{40}", match["ref"]):
        raise Refused(f"'{uses}' is not pinned to a commit")
    return Place(source=world.source(match["repository"], match["ref"]), path=match["path"])


def called(world: World, job: Job, source: Source) -> Workflow:
    """The workflow a job calls."""
    place = resolve(world, job.calls, source)
    workflow = load_workflow(world.evaluator, place.source, place.path, world.source)
    if "workflow_call" not in workflow.triggers:
        raise Refused(f"{place.path} has no workflow_call")
    return workflow


def check(world: World, workflow: Workflow, ceiling: Rights, *, depth: int = 1, path: str = "") -> None:
    """Refuse what GitHub refuses before anything runs, down to the last called workflow.

    Raises:
        Refused: rights that grow on the way down, inputs that do not fit, inherited secrets, a call too deep.
    """
    if depth > DEEPEST:
        raise Refused(f"{path}: workflows call each other more than {DEEPEST} deep")
    for job in workflow.jobs:
        name = f"{path}{job.id}"
        rights = ceiling if job.rights is None else job.rights
        if depth > 1 and (beyond := rights.beyond(ceiling)):
            raise Refused(f"The nested job '{name}' is requesting {', '.join(beyond)}.")
        if not job.calls:
            continue
        if job.document.get("secrets") == "inherit":
            raise Refused(f"{name}: secrets are named one by one, not inherited")
        inner = called(world, job, workflow.source)
        _check_names(name, inner, job.document.get("with") or {}, job.document.get("secrets") or {})
        check(world, inner, rights, depth=depth + 1, path=f"{name} / ")


def _check_names(name: str, inner: Workflow, given: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
    for kind, here in (("inputs", given), ("secrets", secrets)):
        declared = inner.triggers["workflow_call"].get(kind) or {}
        if unknown := set(here) - set(declared):
            raise Refused(f"{name}: {inner.path} takes no {', '.join(sorted(unknown))}")
        missing = [one for one, about in declared.items() if about.get("required") and one not in here]
        if missing:
            raise Refused(f"{name}: {inner.path} needs {', '.join(missing)}")


def inputs(declared: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The `inputs` context of a called or dispatched workflow: typed, with defaults.

    Raises:
        StepFailed: a value of another type, or none where one is needed.
    """
    found: dict[str, Any] = {}
    for name, about in declared.items():
        kind = about.get("type", "string")
        value = given.get(name, about.get("default"))
        if value is None:
            if about.get("required"):
                raise StepFailed(f"input {name} is required")
            value = {"boolean": False, "number": 0}.get(kind, "")
        if kind in TYPES and (not isinstance(value, TYPES[kind]) or (kind == "number" and isinstance(value, bool))):
            raise StepFailed(f"input {name} is {value!r}, not a {kind}")
        if kind == "choice" and value not in about["options"]:
            raise StepFailed(f"input {name} is {value!r}, not one of {', '.join(about['options'])}")
        found[name] = value
    return found
