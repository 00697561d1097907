"""Execution of jobs in order of their dependencies, including matrix jobs and called workflows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.workflows.executor import calls
from tests.workflows.executor.artifacts import Key
from tests.workflows.executor.documents import Job
from tests.workflows.executor.evaluator import Scope
from tests.workflows.executor.faults import Fault
from tests.workflows.executor.github_state import GitHubState
from tests.workflows.executor.jobs import run_job
from tests.workflows.executor.matrix import expand_matrix, matrix_job_name
from tests.workflows.executor.problems import StepFailed
from tests.workflows.executor.results import JobResult, Result, Run
from tests.workflows.executor.workflow_jobs import WorkflowJobs

Outcome = tuple[Result, dict[str, str]]
"""Result and outputs of a job."""


@dataclass(slots=True, kw_only=True)
class Engine:
    """Executes the jobs of one run."""

    github: GitHubState
    run: Run
    faults: Sequence[Fault]
    previous: Run | None
    """Earlier run whose successful jobs are reused: an earlier attempt, or a run of slightly different workflows."""

    reused: set[Key] = field(default_factory=set)
    """Jobs whose results come from the previous run."""

    def run_jobs(self, workflow_jobs: WorkflowJobs) -> None:
        """Run all jobs of a workflow file."""
        for job in workflow_jobs.in_order():
            self.run.definitions[(*workflow_jobs.key, job.id)] = workflow_jobs.definition(job)
            outcome = self._reused_result(workflow_jobs, job) or self._run_job(workflow_jobs, job)
            workflow_jobs.results[job.id] = self.run.results[(*workflow_jobs.key, job.id)] = outcome

    def _reused_result(self, workflow_jobs: WorkflowJobs, job: Job) -> Outcome | None:
        """Return the previous outcome of a job if it succeeded and nothing that it depends on has changed."""
        key = (*workflow_jobs.key, job.id)
        if self.previous is None or not self._unchanged(workflow_jobs, job):
            return None
        if self.previous.results.get(key, ("failure",))[0] != "success":
            return None
        self.reused.add(key)
        self.run.jobs.extend(one for one in self.previous.jobs if one.key[: len(key)] == key)
        return self.previous.results[key]

    def _unchanged(self, workflow_jobs: WorkflowJobs, job: Job) -> bool:
        """Return True if a job and its dependencies are the same as in the previous run."""
        key = (*workflow_jobs.key, job.id)
        same = self.previous is not None and self.previous.definitions.get(key) == self.run.definitions[key]
        return same and workflow_jobs.unchanged and all((*workflow_jobs.key, name) in self.reused for name in job.needs)

    def _run_job(self, workflow_jobs: WorkflowJobs, job: Job) -> Outcome:
        scope = workflow_jobs.scope(job, cancelled=self.run.cancelled)
        key = (*workflow_jobs.key, job.id)
        try:
            if not self._should_run(workflow_jobs, job, scope):
                cancelled = self.run.cancelled and self._should_run(
                    workflow_jobs, job, workflow_jobs.scope(job, cancelled=False)
                )
                return self._not_run(workflow_jobs, job, key, "cancelled" if cancelled else "skipped")
            strategy = self.github.evaluator.fill(job.document.get("strategy") or {}, scope)
            workflow_jobs.note_missing(scope, job.id)
            rows = expand_matrix(strategy.get("matrix"))
        except StepFailed as failed:
            return self._not_run(workflow_jobs, job, key, "failure", str(failed))
        return combine(self._run_matrix(workflow_jobs, job, scope, strategy, rows))

    def _should_run(self, workflow_jobs: WorkflowJobs, job: Job, scope: Scope) -> bool:
        should_run = self.github.evaluator.condition(job.document.get("if"), scope)
        workflow_jobs.note_missing(scope, job.id)
        return should_run

    def _not_run(self, workflow_jobs: WorkflowJobs, job: Job, key: Key, result: Result, error: str = "") -> Outcome:
        name = f"{workflow_jobs.name}{job.document.get('name', job.id)}"
        self.run.jobs.append(
            JobResult(key=key, name=name, result=result, permissions=workflow_jobs.token_permissions(job), error=error)
        )
        return result, {}

    def _run_matrix(
        self,
        workflow_jobs: WorkflowJobs,
        job: Job,
        scope: Scope,
        strategy: Mapping[str, Any],
        rows: list[dict[str, Any]],
    ) -> Iterable[Outcome]:
        fail_fast = strategy.get("fail-fast", True)
        failed = False
        for number, row in enumerate(rows):
            position = {"job-index": number, "job-total": len(rows), "fail-fast": fail_fast}
            job_scope = scope.also(matrix=row, strategy=position)
            key = (*workflow_jobs.key, job.id, *([str(number)] if "matrix" in strategy else []))
            if (failed and fail_fast) or (self.run.cancelled and not scope.status.cancelled):
                yield self._not_run(workflow_jobs, job, key, "cancelled")
                continue
            outcome = self._run_matrix_job(
                workflow_jobs, job, job_scope, key, self._name(workflow_jobs, job, job_scope, row)
            )
            failed = failed or outcome[0] == "failure"
            yield outcome

    def _run_matrix_job(self, workflow_jobs: WorkflowJobs, job: Job, scope: Scope, key: Key, name: str) -> Outcome:
        if job.calls:
            return self._run_called_workflow(workflow_jobs, job, scope, key, name)
        done = run_job(self.github, workflow_jobs, job, scope.contexts, key=key, name=name, faults=self.faults)
        self.run.jobs.append(done)
        may_fail = self.github.evaluator.fill(job.document.get("continue-on-error", False), scope)
        return ("success" if may_fail and done.result == "failure" else done.result), done.outputs

    def _run_called_workflow(self, workflow_jobs: WorkflowJobs, job: Job, scope: Scope, key: Key, name: str) -> Outcome:
        """Run a called workflow as jobs of this run."""
        evaluator = self.github.evaluator
        workflow = calls.load_called_workflow(self.github, job, workflow_jobs.workflow.source)
        declared = workflow.triggers["workflow_call"]
        try:
            values = evaluator.fill(job.document.get("with") or {}, scope)
            secrets = evaluator.texts(job.document.get("secrets") or {}, scope)
            workflow_jobs.note_missing(scope, job.id)
            inputs = calls.inputs(declared.get("inputs") or {}, values)
        except StepFailed as failed:
            return self._not_run(workflow_jobs, job, key, "failure", str(failed))
        inner = WorkflowJobs(
            run=self.run,
            workflow=workflow,
            contexts={**workflow_jobs.contexts, "inputs": inputs, "secrets": secrets},
            ceiling=workflow_jobs.permissions(job),
            key=key,
            unchanged=self._unchanged(workflow_jobs, job),
            name=f"{name} / ",
            before=[*workflow_jobs.before, *((*workflow_jobs.key, one) for one in workflow_jobs.ancestors(job))],
        )
        self.run_jobs(inner)
        jobs = {name: {"result": result, "outputs": outputs} for name, (result, outputs) in inner.results.items()}
        values = {output: entry["value"] for output, entry in (declared.get("outputs") or {}).items()}
        outputs = evaluator.texts(values, scope.also(jobs=jobs, inputs=inputs))
        return combine(inner.results.values())[0], outputs

    def _name(self, workflow_jobs: WorkflowJobs, job: Job, scope: Scope, row: Mapping[str, Any]) -> str:
        """Return the displayed name; without an expression in it, it gets the matrix values."""
        written = str(job.document.get("name", job.id))
        name: str = self.github.evaluator.texts(written, scope)
        workflow_jobs.note_missing(scope, job.id)
        return f"{workflow_jobs.name}{name if '${{' in written else matrix_job_name(name, row)}"


def combine(outcomes: Iterable[Outcome]) -> Outcome:
    """Combine matrix jobs, or the jobs of a called workflow: the worst result, and the last outputs."""
    results: list[Result] = []
    outputs: dict[str, str] = {}
    for result, values in outcomes:
        results.append(result)
        outputs |= {name: value for name, value in values.items() if value}
    for verdict in ("failure", "cancelled"):
        if verdict in results:
            return verdict, outputs
    return ("skipped" if results and set(results) == {"skipped"} else "success"), outputs
