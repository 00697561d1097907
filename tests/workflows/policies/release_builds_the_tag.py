"""Every job of a release works on the commit of the tag.

A release that builds another commit ships files that nobody tagged, and a signature over them proves the wrong thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.workflows.checkers._files import File
from tests.workflows.policies._steps import Place, jobs

RELEASE = "release.yml"
THIS_COMMIT = "${{ github.sha }}"
BUILD = "$/.github/workflows/reusable-build.yml"


def check(files: Sequence[File]) -> Iterator[str]:
    """Check each checkout and each call of release.yml, and what the reusable workflow does with its `ref`."""
    for place in jobs(files):
        if place.file.name == RELEASE:
            yield from _release(place)
        elif place.file.name == "reusable-build.yml":
            first = next((step for step in place.steps if step.get("uses", "").startswith("actions/checkout@")), {})
            if first.get("with", {}).get("ref") != "${{ inputs.ref }}":
                yield f"{place}: does not check out the commit that it is asked to build"


def _release(place: Place) -> Iterator[str]:
    for step in place.steps:
        options = step.get("with", {})
        checkout = step.get("uses", "").startswith("actions/checkout@")
        elsewhere = options.get("ref", THIS_COMMIT) != THIS_COMMIT or {"repository", "path"} & set(options)
        if checkout and elsewhere:
            yield f"{place}: checks out something else than the tag's commit"
        if "git " in step.get("run", ""):
            yield f"{place}: changes what is checked out by a command"
    called = place.job.get("uses", "")
    if called and (called != BUILD or place.job.get("with", {}).get("ref") != THIS_COMMIT):
        yield f"{place}: does not build the tag's commit with {BUILD}"
