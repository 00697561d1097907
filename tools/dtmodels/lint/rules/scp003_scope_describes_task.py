"""The scope says what the task is for.

The scope is what people read, the task is what darktable runs. Where they speak of different things, one was copied
from another card.

Fix: write the scope for this task, or correct the task.

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
"""Stems of the words for what each task does; a task without any is not judged."""


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Refuse a scope that speaks of other tasks and not of its own."""
    scope, task = subject.card.use.scope.lower(), subject.card.task
    own = _WORDS.get(task)
    if own is None or re.search(own, scope):
        return
    others = [name for name, words in _WORDS.items() if re.search(words, scope)]
    if others:
        what = f"the task is {task}, but the scope speaks of {others[0]}"
        yield RuleResult(where=("use", "scope"), what=what, fix=f"say what {task} does here, or correct the task")
