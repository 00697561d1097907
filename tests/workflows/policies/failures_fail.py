"""A failure fails.

`continue-on-error`, `|| true` and `set +e` turn a red check green without a trace in the list of checks. Tests are run
by one plain command, without a condition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tests.workflows.checkers._files import File
from tests.workflows.policies._steps import Place, jobs, step_name

MAY_FAIL = {
    ("reusable-build.yml", "Build the models of the base"): "the base has no new models",
    ("reusable-lint.yml", "Write the findings for code scanning"): "the step after it lints again and decides",
}
_SWALLOWS = re.compile(r"\|\|\s*(true|:|echo|exit 0)|set \+e|;\s*(true|exit 0)\s*$|--exitfirst=0|--no-fail")
TESTS = ("ci.yml", "tests", ".ci/run")


def check(files: Sequence[File]) -> Iterator[str]:
    """Find steps and jobs whose failure is lost, and tests that may not run."""
    for place in jobs(files):
        if place.job.get("continue-on-error", "false") != "false":
            yield f"{place}: the job may fail"
        if place.file.data.get("defaults", {}).get("run", {}).get("shell") != "bash":
            yield f"{place}: without `shell: bash`, a failure within a pipe is lost"
        yield from _steps(place)
    yield from _tests(files)


def _steps(place: Place) -> Iterator[str]:
    for step in place.steps:
        name = step_name(step)
        if step.get("continue-on-error", "false") != "false" and (place.file.name, name) not in MAY_FAIL:
            yield f"{place}: '{name}' may fail"
        if found := _SWALLOWS.search(step.get("run", "")):
            yield f"{place}: '{name}' swallows failures with `{found[0]}`"


def _tests(files: Sequence[File]) -> Iterator[str]:
    name, job_id, command = TESTS
    found = [place for place in jobs(files) if (place.file.name, place.job_id) == (name, job_id)]
    if not found:
        yield f"{name}: there is no job {job_id}"
        return
    (place,) = found
    runs = [step for step in place.steps if step.get("run", "").strip() == command]
    if not runs or "if" in place.job or any("if" in step for step in runs):
        yield f"{place}: does not run `{command}` in every case"
    if place.file.triggers != {"pull_request", "merge_group", "push"} or place.file.data["on"].get("pull_request"):
        yield f"{name}: does not start on every pull request, in the merge queue and on main"
