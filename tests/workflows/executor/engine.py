"""Jobs in order: each when those it needs are over, once a leg of its matrix, down into the workflow it calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.workflows.executor import calls
from tests.workflows.executor.artifacts import Key
from tests.workflows.executor.documents import Job
from tests.workflows.executor.evaluator import Scope
from tests.workflows.executor.faults import Fault
from tests.workflows.executor.github_state import World
from tests.workflows.executor.jobs import run_job
from tests.workflows.executor.matrix import leg_name, legs
from tests.workflows.executor.problems import StepFailed
from tests.workflows.executor.results import JobResult, Result, Run
from tests.workflows.executor.workflow_jobs import Level

Outcome = tuple[Result, dict[str, str]]
"""Result and outputs of a job."""


@dataclass(slots=True, kw_only=True)
class Engine:
    """Runs the jobs of one run."""

    world: World
    run: Run
    faults: Sequence[Fault]
    again: Run | None
    """A run before, whose successes are kept: an earlier attempt, or one of workflows that differ a little."""

    kept: set[Key] = field(default_factory=set)
    """Jobs that were not run, because the run before did."""

    def run_level(self, level: Level) -> None:
        """Run all jobs of a workflow file."""
        for job in level.in_order():
            self.run.definitions[(*level.key, job.id)] = level.definition(job)
            outcome = self._kept(level, job) or self._job(level, job)
            level.results[job.id] = self.run.results[(*level.key, job.id)] = outcome

    def _kept(self, level: Level, job: Job) -> Outcome | None:
        """What the run before made of a job, where it went well and nothing it depends on has changed."""
        key = (*level.key, job.id)
        if self.again is None or not self._as_before(level, job):
            return None
        if self.again.results.get(key, ("failure",))[0] != "success":
            return None
        self.kept.add(key)
        self.run.jobs.extend(one for one in self.again.jobs if one.key[: len(key)] == key)
        return self.again.results[key]

    def _as_before(self, level: Level, job: Job) -> bool:
        """Whether a job is asked the same as in the run before."""
        key = (*level.key, job.id)
        same = self.again is not None and self.again.definitions.get(key) == self.run.definitions[key]
        return same and level.as_before and all((*level.key, name) in self.kept for name in job.needs)

    def _job(self, level: Level, job: Job) -> Outcome:
        scope = level.scope(job, cancelled=self.run.cancelled)
        key = (*level.key, job.id)
        try:
            if not self._wanted(level, job, scope):
                cancelled = self.run.cancelled and self._wanted(level, job, level.scope(job, cancelled=False))
                return self._unrun(level, job, key, "cancelled" if cancelled else "skipped")
            strategy = self.world.evaluator.fill(job.document.get("strategy") or {}, scope)
            level.note_missing(scope, job.id)
            rows = legs(strategy.get("matrix"))
        except StepFailed as failed:
            return self._unrun(level, job, key, "failure", str(failed))
        return together(self._legs(level, job, scope, strategy, rows))

    def _wanted(self, level: Level, job: Job, scope: Scope) -> bool:
        wanted = self.world.evaluator.condition(job.document.get("if"), scope)
        level.note_missing(scope, job.id)
        return wanted

    def _unrun(self, level: Level, job: Job, key: Key, result: Result, error: str = "") -> Outcome:
        name = f"{level.name}{job.document.get('name', job.id)}"
        self.run.jobs.append(JobResult(key=key, name=name, result=result, rights=level.token_rights(job), error=error))
        return result, {}

    def _legs(
        self, level: Level, job: Job, scope: Scope, strategy: Mapping[str, Any], rows: list[dict[str, Any]]
    ) -> Iterable[Outcome]:
        stop = strategy.get("fail-fast", True)
        failed = False
        for number, row in enumerate(rows):
            about = {"job-index": number, "job-total": len(rows), "fail-fast": stop}
            here = scope.also(matrix=row, strategy=about)
            key = (*level.key, job.id, *([str(number)] if "matrix" in strategy else []))
            if (failed and stop) or (self.run.cancelled and not scope.status.cancelled):
                yield self._unrun(level, job, key, "cancelled")
                continue
            outcome = self._leg(level, job, here, key, self._name(level, job, here, row))
            failed = failed or outcome[0] == "failure"
            yield outcome

    def _leg(self, level: Level, job: Job, scope: Scope, key: Key, name: str) -> Outcome:
        if job.calls:
            return self._call(level, job, scope, key, name)
        done = run_job(self.world, level, job, scope.contexts, key=key, name=name, faults=self.faults)
        self.run.jobs.append(done)
        may_fail = self.world.evaluator.fill(job.document.get("continue-on-error", False), scope)
        return ("success" if may_fail and done.result == "failure" else done.result), done.outputs

    def _call(self, level: Level, job: Job, scope: Scope, key: Key, name: str) -> Outcome:
        """Run a called workflow as jobs of this run."""
        evaluator = self.world.evaluator
        workflow = calls.called(self.world, job, level.workflow.source)
        about = workflow.triggers["workflow_call"]
        try:
            given = evaluator.fill(job.document.get("with") or {}, scope)
            secrets = evaluator.texts(job.document.get("secrets") or {}, scope)
            level.note_missing(scope, job.id)
            inputs = calls.inputs(about.get("inputs") or {}, given)
        except StepFailed as failed:
            return self._unrun(level, job, key, "failure", str(failed))
        inner = Level(
            run=self.run,
            workflow=workflow,
            contexts={**level.contexts, "inputs": inputs, "secrets": secrets},
            ceiling=level.rights(job),
            key=key,
            as_before=self._as_before(level, job),
            name=f"{name} / ",
            before=[*level.before, *((*level.key, one) for one in level.ancestors(job))],
        )
        self.run_level(inner)
        jobs = {name: {"result": result, "outputs": outputs} for name, (result, outputs) in inner.results.items()}
        values = {output: about["value"] for output, about in (about.get("outputs") or {}).items()}
        outputs = evaluator.texts(values, scope.also(jobs=jobs, inputs=inputs))
        return together(inner.results.values())[0], outputs

    def _name(self, level: Level, job: Job, scope: Scope, row: Mapping[str, Any]) -> str:
        """Names that say nothing of the matrix get the values of the leg."""
        written = str(job.document.get("name", job.id))
        shown: str = self.world.evaluator.texts(written, scope)
        level.note_missing(scope, job.id)
        return f"{level.name}{shown if '${{' in written else leg_name(shown, row)}"


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """What many legs, or the jobs of a called workflow, count as: the worst of them, and the last outputs."""
    results: list[Result] = []
    outputs: dict[str, str] = {}
    for result, values in outcomes:
        results.append(result)
        outputs |= {name: value for name, value in values.items() if value}
    for verdict in ("failure", "cancelled"):
        if verdict in results:
            return verdict, outputs
    return ("skipped" if results and set(results) == {"skipped"} else "success"), outputs
