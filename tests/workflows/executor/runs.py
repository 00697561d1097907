"""A run: the jobs of a workflow in order, each when those it needs are over, down into the workflows they call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.workflows.executor import calls, contexts, triggers
from tests.workflows.executor.artifacts import Artifacts
from tests.workflows.executor.documents import Workflow, load_workflow
from tests.workflows.executor.engine import Engine
from tests.workflows.executor.events import Event
from tests.workflows.executor.faults import Fault
from tests.workflows.executor.github_state import World
from tests.workflows.executor.permissions import Rights
from tests.workflows.executor.problems import Refused, StepFailed
from tests.workflows.executor.results import Run
from tests.workflows.executor.workflow_jobs import Level

DIRECTORY = ".github/workflows"


def happens(world: World, event: Event, *, changed: Sequence[str] = (), faults: Sequence[Fault] = ()) -> list[Run]:
    """Let an event happen: a run of each workflow that hears it.

    Args:
        changed: the paths a push or a pull request changed, for `paths:` filters.
        faults: what goes wrong in the runs.
    """
    source = world.source(world.repository, event.sha)
    files = sorted(path.name for path in (source.directory / DIRECTORY).glob("*.y*ml"))
    loaded = [load_workflow(world.evaluator, source, f"{DIRECTORY}/{name}", world.source) for name in files]
    heard = [workflow for workflow in loaded if triggers.starts(workflow, event, list(changed))]
    return [run_workflow(world, event, workflow.path.rpartition("/")[2], faults=faults) for workflow in heard]


def run_workflow(
    world: World, event: Event, file: str, *, faults: Sequence[Fault] = (), again: Run | None = None
) -> Run:
    """Run one workflow on an event.

    Args:
        faults: what goes wrong.
        again: a run of it before, of this commit or another: its successful jobs count, as far as neither they nor
            what they need have changed since; all others run.
    """
    run = _next(world, event, f"{DIRECTORY}/{file}", again)
    try:
        source = world.source(world.repository, event.sha)
        workflow = load_workflow(world.evaluator, source, run.workflow, world.source)
        calls.check(world, workflow, Rights.of(None))
        level = Level(run=run, workflow=workflow, contexts=_contexts(world, run, workflow), ceiling=Rights.of(None))
    except (Refused, StepFailed) as refused:
        run.refused = str(refused)
        return run
    Engine(world=world, run=run, faults=faults, again=again).run_level(level)
    return run


def _next(world: World, event: Event, workflow: str, again: Run | None) -> Run:
    world.runs += 1
    number, attempt = (again.id, again.attempt + 1) if again else (world.runs, 1)
    directory = world.directory / f"run-{world.runs}"
    directory.mkdir(parents=True)
    before = again.artifacts if again else Artifacts(directory=directory)
    artifacts = Artifacts(directory=directory / "artifacts", kept=list(before.kept), made=before.made)
    return Run(workflow=workflow, event=event, id=number, attempt=attempt, directory=directory, artifacts=artifacts)


def _contexts(world: World, run: Run, workflow: Workflow) -> dict[str, Any]:
    """What all jobs of the run see.

    Raises:
        Refused: the person who pressed the button gave inputs that are not there.
        StepFailed: one of them has another type.
    """
    declared = workflow.triggers.get("workflow_dispatch", {}).get("inputs") or {}
    if unknown := set(run.event.inputs) - set(declared):
        raise Refused(f"Unexpected inputs provided: {', '.join(sorted(unknown))}")
    return {
        "github": contexts.github(world, run, run.event, workflow.name),
        "inputs": calls.inputs(declared, run.event.inputs) if run.event.name == "workflow_dispatch" else {},
        "vars": dict(world.variables),
        "secrets": {} if run.event.fork else dict(world.secrets),
    }
