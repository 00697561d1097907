"""Only known jobs write, and they do nothing else.

A job with write rights is the prize of every attack. Those that write to the repository run the release command alone,
or open the pull request, in an environment with approval, on tools that they installed by hash; those that sign or
upload findings run pinned actions and no command.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.workflows.checkers._files import File
from tests.workflows.policies._steps import Place, jobs, step_name

WRITERS = {
    ("pages.yml", "publish"): {"pages", "id-token"},
    ("release.yml", "attest"): {"id-token", "attestations"},
    ("release.yml", "publish"): {"contents"},
    ("promote.yml", "propose"): {"contents", "pull-requests"},
    ("reusable-lint.yml", "code-scanning"): {"security-events"},
}
"""The jobs with steps that may write, and their scopes."""
CALLERS = {("ci.yml", "lint"), ("nightly.yml", "release")}
"""The jobs that pass rights on to a called workflow."""
COMMANDS = {
    "release.yml": ('dtmodels publish "$TAG"', 'dtmodels publish "$TAG" --ahead'),
    "promote.yml": ('xargs dtmodels submit proposal <<< "$IDS"',),
}
ENVIRONMENTS = {"release.yml": "${{ inputs.environment || 'release' }}", "promote.yml": "promote"}
"""The environment of each workflow's writer, which asks for approval."""


def check(files: Sequence[File]) -> Iterator[str]:
    """Check every job with a right to write."""
    for place in jobs(files):
        key = (place.file.name, place.job_id)
        if not place.writes:
            continue
        if "uses" in place.job:
            if key not in CALLERS:
                yield f"{place}: passes write rights on"
        elif exceeding := place.writes - WRITERS.get(key, set()):
            yield f"{place}: may write {', '.join(sorted(exceeding))}"
        else:
            yield from _writer(place)


def _writer(place: Place) -> Iterator[str]:
    contents = "contents" in place.writes
    for step in place.steps:
        used, command = step.get("uses", ""), step.get("run", "").strip()
        if used.startswith("actions/checkout@"):
            yield f"{place}: has write rights and checks out code"
        if command and not (contents and command in COMMANDS.get(place.file.name, ())):
            yield f"{place}: '{step_name(step)}' has write rights and runs `{command.splitlines()[0]}`"
        if used.startswith("$/.github/actions/setup") and step.get("with", {}) != {"extras": "locked"}:
            yield f"{place}: installs with write rights what no hash pins"
    if contents and place.job.get("environment") != ENVIRONMENTS.get(place.file.name):
        yield f"{place}: writes to the repository without the environment that asks for approval"
