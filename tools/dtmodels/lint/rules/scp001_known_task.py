"""The task is known to the tools.

A task is a purpose in photo editing with a contract: the graphs that darktable runs, and their inputs and outputs.
Other purposes, such as synthesis of human likeness, are not accepted.

Fix: Choose the task for which darktable runs the model; a new task needs a file in tools/dtmodels/tasks.

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
    """Look up the task among the plug-in modules."""
    known = plugin_names(tasks)
    if subject.card.task not in known:
        what = f"darktable knows no task '{subject.card.task}'"
        yield RuleResult(where=("task",), what=what, fix=did_you_mean(subject.card.task, known))
