"""Start of runs: by an event, or of one workflow file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.workflows.executor import calls, contexts, triggers
from tests.workflows.executor.artifacts import Artifacts
from tests.workflows.executor.documents import Workflow, load_workflow
from tests.workflows.executor.engine import Engine
from tests.workflows.executor.events import Event
from tests.workflows.executor.faults import Fault
from tests.workflows.executor.github_state import GitHubState
from tests.workflows.executor.permissions import Permissions
from tests.workflows.executor.problems import StepFailed, WorkflowRejected
from tests.workflows.executor.results import Run
from tests.workflows.executor.workflow_jobs import WorkflowJobs

DIRECTORY = ".github/workflows"


def trigger(
    github: GitHubState, event: Event, *, changed: Sequence[str] = (), faults: Sequence[Fault] = ()
) -> list[Run]:
    """Run each workflow that an event starts.

    Args:
        github: state of the simulated GitHub.
        event: the event.
        changed: paths that a push or a pull request has changed, for `paths:` filters.
        faults: faults to inject into the runs.
    """
    source = github.source(github.repository, event.sha)
    files = sorted(path.name for path in (source.directory / DIRECTORY).glob("*.y*ml"))
    loaded = [load_workflow(github.evaluator, source, f"{DIRECTORY}/{name}", github.source) for name in files]
    started = [workflow for workflow in loaded if triggers.starts(workflow, event, list(changed))]
    return [run_workflow(github, event, workflow.path.rpartition("/")[2], faults=faults) for workflow in started]


def run_workflow(
    github: GitHubState, event: Event, file: str, *, faults: Sequence[Fault] = (), previous: Run | None = None
) -> Run:
    """Run one workflow on an event.

    Args:
        github: state of the simulated GitHub.
        event: the event.
        file: name of the workflow file.
        faults: faults to inject.
        previous: earlier run of the workflow, of this commit or another. Its successful jobs are reused if neither they
            nor their dependencies have changed; all others run.
    """
    run = _next(github, event, f"{DIRECTORY}/{file}", previous)
    try:
        source = github.source(github.repository, event.sha)
        workflow = load_workflow(github.evaluator, source, run.workflow, github.source)
        calls.check(github, workflow, Permissions.of(None))
        workflow_jobs = WorkflowJobs(
            run=run, workflow=workflow, contexts=_contexts(github, run, workflow), ceiling=Permissions.of(None)
        )
    except (WorkflowRejected, StepFailed) as rejection:
        run.rejection = str(rejection)
        return run
    Engine(github=github, run=run, faults=faults, previous=previous).run_jobs(workflow_jobs)
    return run


def _next(github: GitHubState, event: Event, workflow: str, previous: Run | None) -> Run:
    github.runs += 1
    number, attempt = (previous.id, previous.attempt + 1) if previous else (github.runs, 1)
    directory = github.directory / f"run-{github.runs}"
    directory.mkdir(parents=True)
    before = previous.artifacts if previous else Artifacts(directory=directory)
    artifacts = Artifacts(directory=directory / "artifacts", stored=list(before.stored), created=before.created)
    return Run(workflow=workflow, event=event, id=number, attempt=attempt, directory=directory, artifacts=artifacts)


def _contexts(github: GitHubState, run: Run, workflow: Workflow) -> dict[str, Any]:
    """Return the contexts of all jobs of the run.

    Raises:
        WorkflowRejected: a manual start has unknown inputs.
        StepFailed: an input has the wrong type.
    """
    declared = workflow.triggers.get("workflow_dispatch", {}).get("inputs") or {}
    if unknown := set(run.event.inputs) - set(declared):
        raise WorkflowRejected(f"Unexpected inputs provided: {', '.join(sorted(unknown))}")
    return {
        "github": contexts.github_context(github, run, run.event, workflow.name),
        "inputs": calls.inputs(declared, run.event.inputs) if run.event.name == "workflow_dispatch" else {},
        "vars": dict(github.variables),
        "secrets": {} if run.event.fork else dict(github.secrets),
    }
