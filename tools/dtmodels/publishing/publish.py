"""publish: publish exactly the files of `dist/` as a GitHub release. A repeated run resumes an interrupted one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.publishing.dist import Dist
from dtmodels.publishing.draft import Changes, compare, create_draft, find_draft, sync_assets
from dtmodels.publishing.github import GitHub, Release
from dtmodels.publishing.http_client import HttpError, Unreachable
from dtmodels.publishing.next_draft import find_next_draft
from dtmodels.publishing.plan import check_remote_tag
from dtmodels.publishing.published_releases import highest, versions
from dtmodels.publishing.verify import verify_draft
from dtmodels.release.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Result of publishing."""

    tag: str
    changes: Changes
    already: bool
    """True if it was published before, with the same files."""


def publish(dist: Dist, tag: Tag, github: GitHub, console: Console, *, dry_run: bool = False) -> Published:
    """Publish a release directory: create a draft, upload each file, check it as darktable, then publish it.

    The required files depend only on `dist`, so the next run finishes an interrupted one.

    Raises:
        Failure: the tag was moved, the release is published with other files, another release was published meanwhile,
            or GitHub stores other bytes than were sent. A draft stays a draft.
    """
    if (assembled_for := dist.record["tag"]) != tag.text:
        fix = f"dtmodels assemble <built> --tag {tag.text}"
        raise Failure(f"was assembled for {assembled_for}, not for {tag.text}", where=str(dist.directory), fix=fix)
    releases = github.releases()
    if finished := _finished(releases, tag):
        return _check_published(github, finished, dist)
    _check_up_to_date(dist, tag, releases, github)
    draft = find_draft(releases, tag.text) or find_next_draft(releases, tag)
    if dry_run:
        existing = github.assets(draft) if draft else []
        return Published(tag=tag.text, changes=compare(dist.files, existing), already=False)
    if draft is None:
        draft = create_draft(github, dist, tag.text, prerelease=tag.prerelease)
    elif draft.tag != tag.text:
        draft = github.update(draft, tag_name=tag.text, name=tag.text)
    changes = sync_assets(github, draft, dist, dist.files, console)
    verify_draft(github, draft, dist, console)
    _publish(github, draft, dist, tag)
    return Published(tag=tag.text, changes=changes, already=False)


def _publish(github: GitHub, draft: Release, dist: Dist, tag: Tag) -> None:
    """Publish the draft with one request; after a lost response, or if another run was faster, read the result."""
    releases = github.releases()
    _check_up_to_date(dist, tag, releases, github)
    current = github.read(draft)
    if current is None or current.tag != tag.text:
        raise Failure(f"the draft of {tag.text} was deleted or renamed", where=github.repository, fix="run it again")
    latest = not tag.prerelease and all(tag.order > other.order for other in versions(_published(releases)))
    values = {"name": tag.text, "body": dist.notes, "prerelease": tag.prerelease, "draft": False}
    values |= {"make_latest": "true" if latest else "false"}
    if tag.nightly and github.commit("HEAD") != dist.record["commit"]:
        # GitHub creates a nightly's tag, by default at HEAD. The commit is named only if it differs from HEAD, because
        # a job's token cannot name a commit that changes workflows (https://github.com/cli/cli/issues/9514).
        values |= {"target_commitish": dist.record["commit"]}
    try:
        github.update(draft, **values)
    except (HttpError, Unreachable):
        current = github.read(draft)
        if not (finished := _finished([*([current] if current else []), *github.releases()], tag)):
            raise
        _check_published(github, finished, dist)


def _check_published(github: GitHub, finished: Release, dist: Dist) -> Published:
    changes = compare(dist.files, github.assets(finished))
    if names := changes.names:
        listed = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        raise Failure(
            f"{finished.tag} is published with other files: {listed}",
            where=github.repository,
            fix="a published release is never changed: raise the version and create a new tag",
        )
    return Published(tag=finished.tag, changes=changes, already=True)


def _check_up_to_date(dist: Dist, tag: Tag, releases: Sequence[Release], github: GitHub) -> None:
    """Check that the tag was not moved, and that the previous release is still the same."""
    if not tag.nightly:
        check_remote_tag(tag, dist.record["commit"], github)
    before, now = dist.record["previous"], highest(_published(releases), below=tag)
    if now != before:
        raise Failure(
            f"{tag.text} was assembled after {before or 'no release'}, but the previous release is now {now}",
            where=github.repository,
            fix="run the whole release again, so that it is based on the newest one",
        )


def _finished(releases: Sequence[Release], tag: Tag) -> Release | None:
    return next((release for release in releases if not release.draft and release.tag == tag.text), None)


def _published(releases: Sequence[Release]) -> list[str]:
    return [release.tag for release in releases if not release.draft]
