"""Concurrency groups: which runs wait, and which are cancelled, when several are started.

At most one run of a group is in progress. Others are pending: one, of which a newer run takes the place, or up to 100
with `queue: max`, in the order in which they came. Source:
https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.workflows.executor.documents import Workflow
from tests.workflows.executor.evaluator import Evaluator, Scope
from tests.workflows.executor.problems import WorkflowRejected

_MOST_QUEUED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The evaluated `concurrency` of a workflow or a job."""

    group: str
    """Its name in lower case: GitHub ignores the case."""
    cancel_in_progress: bool = False
    queued: int = 1
    """Number of runs that may be pending."""

    @classmethod
    def of(cls, workflow: Workflow, evaluator: Evaluator, contexts: Mapping[str, Any]) -> Rule | None:
        """Evaluate the rule of a workflow; None if it has none.

        Raises:
            WorkflowRejected: `queue: max` together with `cancel-in-progress`, which GitHub does not allow.
        """
        stated = workflow.document.get("concurrency")
        if stated is None:
            return None
        filled = evaluator.fill(stated if isinstance(stated, dict) else {"group": stated}, Scope(contexts=contexts))
        cancels = bool(filled.get("cancel-in-progress", False))
        queued = _MOST_QUEUED if filled.get("queue", "single") == "max" else 1
        if cancels and queued > 1:
            raise WorkflowRejected(f"{workflow.path}: queue: max cannot be combined with cancel-in-progress")
        return cls(group=str(filled["group"]).lower(), cancel_in_progress=cancels, queued=queued)


@dataclass(slots=True)
class Groups:
    """The runs that are in progress, pending and cancelled, by group."""

    in_progress: dict[str, str] = field(default_factory=dict)
    pending: dict[str, list[str]] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)

    def enter(self, run: str, rule: Rule) -> None:
        """Start a run: it is in progress at once, waits, or takes the place of another."""
        waiting = self.pending.setdefault(rule.group, [])
        if rule.cancel_in_progress and rule.group in self.in_progress:
            self.cancelled += [self.in_progress.pop(rule.group), *waiting]
            waiting.clear()
        if rule.group not in self.in_progress:
            self.in_progress[rule.group] = run
            return
        waiting.append(run)
        while len(waiting) > rule.queued:
            self.cancelled.append(waiting.pop(0) if rule.queued == 1 else waiting.pop())

    def finish(self, group: str) -> str:
        """End the run in progress; return the next one of the group, which is in progress now, or an empty string."""
        del self.in_progress[group]
        if not self.pending.get(group):
            return ""
        self.in_progress[group] = self.pending[group].pop(0)
        return self.in_progress[group]
