"""The scope describes the task.

Users read the scope, and darktable runs the task. If they differ, one of them was probably copied from another card.

Fix: Write the scope for this task, or change the task.

Bad::

    task: denoise
    use: {scope: image upscaling, ...}

Good::

    task: denoise
    use: {scope: image denoising, ...}
"""

import re
from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject

SEVERITY: Severity = "error"
HARD = True

_WORDS = {
    "denoise": r"nois",
    "rawdenoise": r"nois",
    "upscale": r"upscal|super.?resol|enlarg|magnif|resolution",
    "mask": r"mask|segment|select|matt|cut.?out",
    "depth": r"depth|distance",
    "erase": r"eras|inpaint|remov|fill|retouch|heal",
}
"""Word stems for each task; other tasks are not checked."""


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Reject a scope that describes another task and not its own."""
    scope, task = subject.card.use.scope.lower(), subject.card.task
    own = _WORDS.get(task)
    if own is None or re.search(own, scope):
        return
    others = [name for name, words in _WORDS.items() if re.search(words, scope)]
    if others:
        what = f"the task is {task}, but the scope describes {others[0]}"
        yield RuleResult(where=("use", "scope"), what=what, fix=f"write a scope for {task}, or change the task")
