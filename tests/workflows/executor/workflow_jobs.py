"""The jobs of one workflow file: of the run itself, or of a workflow that a job calls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.workflows.executor.artifacts import Key
from tests.workflows.executor.contexts import is_misconfiguration
from tests.workflows.executor.documents import Job, Workflow
from tests.workflows.executor.evaluator import Scope, Status
from tests.workflows.executor.permissions import Permissions
from tests.workflows.executor.problems import SilentMisconfiguration
from tests.workflows.executor.results import Result, Run


@dataclass(slots=True, kw_only=True)
class WorkflowJobs:
    """One workflow file in a run."""

    run: Run
    workflow: Workflow
    contexts: Mapping[str, Any]
    """`github`, `inputs`, `vars` and `secrets`."""
    ceiling: Permissions
    key: Key = ()
    name: str = ""
    """Displayed names of the calling jobs."""
    unchanged: bool = True
    """True if the calling job, if any, is the same as in the previous run."""
    before: list[Key] = field(default_factory=list)
    """Jobs of the calling workflows that always end before this one starts."""
    results: dict[str, tuple[Result, dict[str, str]]] = field(default_factory=dict)

    def permissions(self, job: Job) -> Permissions:
        """Return the permissions of a job, declared or inherited."""
        return self.ceiling if job.permissions is None else job.permissions

    def token_permissions(self, job: Job) -> Permissions:
        """Return the permissions of a job's token, which are reduced for a fork."""
        return self.permissions(job).for_fork() if self.run.event.fork else self.permissions(job)

    def definition(self, job: Job) -> str:
        """Return the definition of a job, with all workflows and actions of the repository that it uses."""
        workflow = {name: value for name, value in self.workflow.document.items() if name != "jobs"}
        text = json.dumps([workflow, job.document], sort_keys=True)
        return "\n".join([text, *_used(self.workflow.source.directory, text)])

    def in_order(self) -> list[Job]:
        """Sort the jobs by their dependencies; GitHub's parser has rejected cycles."""
        remaining = list(self.workflow.jobs)
        ordered: list[Job] = []
        while remaining:
            done = {job.id for job in ordered}
            ready = next(job for job in remaining if set(job.needs) <= done)
            remaining.remove(ready)
            ordered.append(ready)
        return ordered

    def ancestors(self, job: Job) -> set[str]:
        """Return the ids of all direct and indirect dependencies."""
        by_id = {one.id: one for one in self.workflow.jobs}
        return set(job.needs).union(*(self.ancestors(by_id[name]) for name in job.needs))

    def known_inputs(self) -> set[str]:
        """Return the input names of all triggers of the file."""
        return {name for trigger in self.workflow.triggers.values() for name in _inputs(trigger)}

    def scope(self, job: Job, *, cancelled: bool) -> Scope:
        """Return the environment for the condition, the matrix and the name of a job.

        `success()` is true only if every ancestor succeeded: a skipped one makes it false.
        """
        results = [self.results[name][0] for name in self.ancestors(job)]
        needs = {name: {"result": self.results[name][0], "outputs": self.results[name][1]} for name in job.needs}
        return Scope(
            contexts={**self.contexts, "needs": needs},
            status=Status(
                success=all(result == "success" for result in results) and not cancelled,
                failure="failure" in results,
                cancelled=cancelled,
            ),
        )

    def note_missing(self, scope: Scope, where: str) -> None:
        """Record missing values as misconfigurations, if they are mistakes."""
        for name in sorted(scope.missing):
            if is_misconfiguration(name, {"needs": {}, **scope.contexts}, inputs=self.known_inputs(), steps={}):
                self.run.misconfigurations.append(
                    SilentMisconfiguration(where=f"{self.name}{where}", what=f"nothing sets {name}")
                )
        scope.missing.clear()


def _used(directory: Path, text: str) -> Iterator[str]:
    """Yield the texts of workflows and actions used by `$/…` or `./…`, recursively."""
    for name in sorted(set(re.findall(r"""uses"?: *"?[$.]/([\w./-]+)""", text))):
        file = directory / name if name.endswith(("yml", "yaml")) else directory / name / "action.yml"
        if file.is_file():
            inner = file.read_text(encoding="utf-8")
            yield inner
            yield from _used(directory, inner)


def _inputs(trigger: Any) -> set[str]:
    return set(trigger.get("inputs") or {}) if isinstance(trigger, Mapping) else set()
