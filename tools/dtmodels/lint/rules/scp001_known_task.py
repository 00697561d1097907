"""The task is one the tools know.

A task is a purpose in photo editing with a contract: which graphs darktable runs, with which inputs and outputs.
Whatever is outside the list, such as synthesis of human likeness, has no place here.

Fix: choose the task darktable runs the model for; a new one needs a file in tools/dtmodels/tasks.

Bad::

    task: face-swap

Good::

    task: denoise
"""

from collections.abc import Iterator

from dtbase.system.discovery import plugin_names
from dtbase.system.suggestions import did_you_mean
from dtmodels import tasks
from dtmodels.lint.rule import RuleResult, Severity, Subject

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look the task up among the members."""
    known = plugin_names(tasks)
    if subject.card.task not in known:
        what = f"'{subject.card.task}' is not a task"
        yield RuleResult(where=("task",), what=what, fix=did_you_mean(subject.card.task, known))
