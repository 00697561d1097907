"""Cache of the last result of a function, for callers that ask for the same one in a row."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

Subject = TypeVar("Subject")
Others = ParamSpec("Others")
Result = TypeVar("Result")


def cache_last(
    function: Callable[Concatenate[Subject, Others], Result],
) -> Callable[Concatenate[Subject, Others], Result]:
    """Cache the result for the last first argument, which is compared by identity, and the other arguments."""
    last: list[tuple[Subject, object, object, Result]] = []

    @wraps(function)
    def cached(subject: Subject, /, *others: Others.args, **named: Others.kwargs) -> Result:
        if not last or last[0][0] is not subject or last[0][1:3] != (others, named):
            last[:] = [(subject, others, named, function(subject, *others, **named))]
        return last[0][3]

    return cached
