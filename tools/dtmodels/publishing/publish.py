"""publish: make GitHub hold a release with exactly these files. What is done already is not done again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.publishing.dist import Dist
from dtmodels.publishing.draft import Changes, compare, create_draft, find_draft, sync_assets
from dtmodels.publishing.github import GitHub, Release
from dtmodels.publishing.http_client import HttpError, Unreachable
from dtmodels.publishing.next_draft import find_stock
from dtmodels.publishing.plan import hold_remote_tag
from dtmodels.publishing.published_releases import highest, versions
from dtmodels.publishing.verify import verify_draft
from dtmodels.release.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What publishing came to."""

    tag: str
    changes: Changes
    already: bool
    """It was published before, with the same files."""


def publish(dist: Dist, tag: Tag, github: GitHub, console: Console, *, dry_run: bool = False) -> Published:
    """Publish a release directory: a draft, its files one by one, a check as darktable, then all at once.

    The wanted files follow from `dist` alone, so a run that was cut off anywhere is finished by the next.

    Raises:
        Failure: the tag was moved, the release is published with other files, another one came between, or GitHub
            does not hold what was uploaded. A draft stays a draft.
    """
    if (made_for := dist.record["tag"]) != tag.text:
        fix = f"dtmodels assemble <built> --tag {tag.text}"
        raise Failure(f"was put together for {made_for}, not for {tag.text}", where=str(dist.directory), fix=fix)
    releases = github.releases()
    if finished := _finished(releases, tag):
        return _hold_same(github, finished, dist)
    _hold_stand(dist, tag, releases, github)
    draft = find_draft(releases, tag.text) or find_stock(releases, tag)
    if dry_run:
        there = github.assets(draft) if draft else []
        return Published(tag=tag.text, changes=compare(dist.files, there), already=False)
    if draft is None:
        draft = create_draft(github, dist, tag.text, prerelease=tag.prerelease)
    elif draft.tag != tag.text:
        draft = github.update(draft, tag_name=tag.text, name=tag.text)
    changes = sync_assets(github, draft, dist, dist.files, console)
    verify_draft(github, draft, dist, console)
    _publish(github, draft, dist, tag)
    return Published(tag=tag.text, changes=changes, already=False)


def _publish(github: GitHub, draft: Release, dist: Dist, tag: Tag) -> None:
    """Say it once; when the answer is lost or another run was first, look what became of it."""
    releases = github.releases()
    _hold_stand(dist, tag, releases, github)
    now = github.read(draft)
    if now is None or now.tag != tag.text:
        raise Failure(f"the draft of {tag.text} was taken away or renamed", where=github.repository, fix="run it again")
    latest = not tag.prerelease and all(tag.order > one.order for one in versions(_published(releases)))
    values = {"name": tag.text, "body": dist.notes, "prerelease": tag.prerelease, "draft": False}
    values |= {"make_latest": "true" if latest else "false"}
    if tag.nightly and github.commit("HEAD") != dist.record["commit"]:
        # GitHub makes a nightly's tag, at HEAD unless told otherwise. It is told only when it has to be: a commit that
        # changes workflows cannot be named with a job's token (https://github.com/cli/cli/issues/9514).
        values |= {"target_commitish": dist.record["commit"]}
    try:
        github.update(draft, **values)
    except (HttpError, Unreachable):
        now = github.read(draft)
        if not (finished := _finished([*([now] if now else []), *github.releases()], tag)):
            raise
        _hold_same(github, finished, dist)


def _hold_same(github: GitHub, finished: Release, dist: Dist) -> Published:
    changes = compare(dist.files, github.assets(finished))
    if names := changes.names:
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        raise Failure(
            f"{finished.tag} is published with other files: {shown}",
            where=github.repository,
            fix="a published release is never changed: raise the version and make a new tag",
        )
    return Published(tag=finished.tag, changes=changes, already=True)


def _hold_stand(dist: Dist, tag: Tag, releases: Sequence[Release], github: GitHub) -> None:
    """The tag leads where it did, and what was carried over comes from the release that is still the one below."""
    if not tag.nightly:
        hold_remote_tag(tag, dist.record["commit"], github)
    before, now = dist.record["previous"], highest(_published(releases), below=tag)
    if now != before:
        raise Failure(
            f"{tag.text} was put together after {before or 'no release'}, but now {now} comes before it",
            where=github.repository,
            fix="run the whole release again, so that it stands on the newest one",
        )


def _finished(releases: Sequence[Release], tag: Tag) -> Release | None:
    return next((one for one in releases if not one.draft and one.tag == tag.text), None)


def _published(releases: Sequence[Release]) -> list[str]:
    return [one.tag for one in releases if not one.draft]
