"""No run stops another, except a newer run of the same pull request.

A release that waits for approval must not be cancelled by the next one, by the nightly, or by a pull request of
somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.workflows.checkers._files import File

OWN_GROUP = "${{ github.event.pull_request.number || github.sha }}"
ONLY_PULL_REQUESTS = "${{ github.event_name == 'pull_request' }}"


def check(files: Sequence[File]) -> Iterator[str]:
    """Check the concurrency of each workflow that starts by itself."""
    groups: dict[str, str] = {}
    for file in files:
        if not file.triggers or file.triggers == {"workflow_call"}:
            continue
        rule = file.data.get("concurrency", {})
        group, cancels = str(rule.get("group", "")), rule.get("cancel-in-progress")
        if "pull_request" in file.triggers:
            if not group.endswith(OWN_GROUP):
                yield f"{file.name}: a pull request may stop another: its group lacks {OWN_GROUP}"
            if cancels != ONLY_PULL_REQUESTS:
                yield f"{file.name}: stops runs that are not of a pull request"
        elif cancels != "false":
            yield f"{file.name}: a newer run stops an older one"
        elif rule.get("queue") != "max":
            yield f"{file.name}: a third run cancels the second while it waits; write `queue: max`"
        if (other := groups.setdefault(group, file.name)) != file.name:
            yield f"{file.name}: shares the group {group} with {other}"
    yield from _approval(files)


def _approval(files: Sequence[File]) -> Iterator[str]:
    """Check that what waits for approval is kept as long as GitHub lets it wait: 30 days."""
    for file in files:
        for location, step in file.steps():
            options = step.get("with", {})
            if options.get("name") == "dist" and "retention-days" in options and int(options["retention-days"]) < 30:
                yield f"{location}: dist is deleted before a release has to be approved"
