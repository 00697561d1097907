"""The jobs of one workflow file: of the run itself, or of a workflow that a job calls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.workflows.executor.artifacts import Key
from tests.workflows.executor.contexts import is_slip
from tests.workflows.executor.documents import Job, Workflow
from tests.workflows.executor.evaluator import Scope, Status
from tests.workflows.executor.permissions import Rights
from tests.workflows.executor.problems import SilentMisconfiguration
from tests.workflows.executor.results import Result, Run


@dataclass(slots=True, kw_only=True)
class Level:
    """One workflow file in a run."""

    run: Run
    workflow: Workflow
    contexts: Mapping[str, Any]
    """`github`, `inputs`, `vars` and `secrets`."""
    ceiling: Rights
    key: Key = ()
    name: str = ""
    """Names of the jobs that call it, as the page of the run shows them."""
    as_before: bool = True
    """Whether the job that calls it, if one does, is asked the same as in a run before."""
    before: list[Key] = field(default_factory=list)
    """Jobs of the levels above that surely ended before this one began."""
    results: dict[str, tuple[Result, dict[str, str]]] = field(default_factory=dict)

    def rights(self, job: Job) -> Rights:
        """What a job asks for, or is given where it does not ask."""
        return self.ceiling if job.rights is None else job.rights

    def token_rights(self, job: Job) -> Rights:
        """What its token may do: less in a run for a fork."""
        return self.rights(job).of_a_fork() if self.run.event.fork else self.rights(job)

    def definition(self, job: Job) -> str:
        """All that a job is made of, with the workflows and actions of the repository that it uses."""
        around = {name: value for name, value in self.workflow.document.items() if name != "jobs"}
        text = json.dumps([around, job.document], sort_keys=True)
        return "\n".join([text, *_used(self.workflow.source.directory, text)])

    def in_order(self) -> list[Job]:
        """The jobs, each after those it needs; the official parser has refused circles."""
        left = list(self.workflow.jobs)
        found: list[Job] = []
        while left:
            done = {job.id for job in found}
            ready = next(job for job in left if set(job.needs) <= done)
            left.remove(ready)
            found.append(ready)
        return found

    def ancestors(self, job: Job) -> set[str]:
        """All jobs it needs, and all that those need."""
        by_id = {one.id: one for one in self.workflow.jobs}
        return set(job.needs).union(*(self.ancestors(by_id[name]) for name in job.needs))

    def known_inputs(self) -> set[str]:
        """Names of inputs of any trigger of the file."""
        return {name for trigger in self.workflow.triggers.values() for name in _inputs(trigger)}

    def scope(self, job: Job, *, cancelled: bool) -> Scope:
        """What the condition of a job sees, and its matrix and name.

        `success()` asks for every ancestor: a skipped one, however far up, is no success.
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
        """Turn values that were asked for in vain into slips, where they are mistakes."""
        for name in sorted(scope.missing):
            if is_slip(name, {"needs": {}, **scope.contexts}, inputs=self.known_inputs(), steps={}):
                self.run.slips.append(SilentMisconfiguration(where=f"{self.name}{where}", what=f"nothing sets {name}"))
        scope.missing.clear()


def _used(directory: Path, text: str) -> Iterator[str]:
    """The texts of what is used by `$/…` or `./…`, and of what those use."""
    for name in sorted(set(re.findall(r"""uses"?: *"?[$.]/([\w./-]+)""", text))):
        file = directory / name if name.endswith(("yml", "yaml")) else directory / name / "action.yml"
        if file.is_file():
            inner = file.read_text(encoding="utf-8")
            yield inner
            yield from _used(directory, inner)


def _inputs(trigger: Any) -> set[str]:
    return set(trigger.get("inputs") or {}) if isinstance(trigger, Mapping) else set()
