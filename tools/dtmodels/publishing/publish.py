"""publish: make GitHub hold a release with exactly these files. What is done already is not done again."""

from __future__ import annotations

from dataclasses import dataclass

from dtbase.console import Console
from dtbase.errors import Failure
from dtmodels.publishing.dist import Dist
from dtmodels.publishing.draft import Changes, bring, compare, find_or_create
from dtmodels.publishing.github import GitHub, Release
from dtmodels.publishing.plan import hold_remote_tag
from dtmodels.publishing.released import highest_below
from dtmodels.publishing.tags import Tag, is_tag
from dtmodels.publishing.verify import verify_draft
from dtmodels.publishing.web import Refused, Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What publishing came to."""

    tag: str
    changes: Changes
    already: bool
    """It was published before, with the same files."""
    dry: bool = False


def publish(dist: Dist, tag: Tag, github: GitHub, console: Console, *, dry_run: bool) -> Published:
    """Publish a release folder: a draft, its files one after another, what darktable would get, and then at once.

    The wanted files follow from `dist` alone, so a run that was cut off anywhere is finished by the next.

    Raises:
        Failure: the tag was moved, the release is published with other files, another one came between, or GitHub
            does not hold what was uploaded. A draft stays a draft.
    """
    _hold_record(dist, tag)
    if not tag.nightly:
        hold_remote_tag(tag, dist.record["commit"], github)
    releases = github.releases()
    if finished := _finished(releases, tag):
        return _same(github, finished, dist)
    _hold_previous(dist, tag, releases, github)
    if dry_run:
        draft = next((one for one in releases if one.draft and one.tag == tag.text), None)
        there = github.assets(draft) if draft else []
        return Published(tag=tag.text, changes=compare(dist.files, there), already=False, dry=True)
    draft = find_or_create(github, dist, tag.text, prerelease=tag.prerelease, releases=releases)
    changes = bring(github, draft, dist, console)
    verify_draft(github, draft, dist, console)
    _publish(github, draft, dist, tag)
    return Published(tag=tag.text, changes=changes, already=False)


def _publish(github: GitHub, draft: Release, dist: Dist, tag: Tag) -> None:
    """Say it once; when the answer is lost or another run was first, look what became of it."""
    if not tag.nightly:
        hold_remote_tag(tag, dist.record["commit"], github)
    releases = github.releases()
    _hold_previous(dist, tag, releases, github)
    latest = not tag.prerelease and all(tag.order > Tag(one).order for one in _versions(releases))
    try:
        github.update(
            draft,
            name=tag.text,
            body=dist.notes,
            prerelease=tag.prerelease,
            target_commitish=dist.record["commit"],
            make_latest="true" if latest else "false",
            draft=False,
        )
    except (Refused, Unreachable):
        if not (finished := _finished(github.releases(), tag)):
            raise
        _same(github, finished, dist)


def _same(github: GitHub, finished: Release, dist: Dist) -> Published:
    changes = compare(dist.files, github.assets(finished))
    if changes.removed or changes.uploaded:
        names = sorted({asset.name for asset in changes.removed} | {file.name for file in changes.uploaded})
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        raise Failure(
            f"{finished.tag} is published with other files: {shown}",
            where=github.repository,
            fix="a published release is never changed: raise the version and make a new tag",
        )
    return Published(tag=finished.tag, changes=changes, already=True)


def _finished(releases: list[Release], tag: Tag) -> Release | None:
    return next((one for one in releases if not one.draft and one.tag == tag.text), None)


def _versions(releases: list[Release]) -> list[str]:
    return [one.tag for one in releases if not one.draft and is_tag(one.tag) and not Tag(one.tag).prerelease]


def _hold_record(dist: Dist, tag: Tag) -> None:
    if (made_for := dist.record["tag"]) != tag.text:
        fix = f"dtmodels assemble <built> --tag {tag.text}"
        raise Failure(f"was put together for {made_for}, not for {tag.text}", where=str(dist.folder), fix=fix)


def _hold_previous(dist: Dist, tag: Tag, releases: list[Release], github: GitHub) -> None:
    """What was carried over has to come from the release that is still the one below."""
    now = highest_below(tag, _versions(releases))
    if now != dist.record["previous"]:
        raise Failure(
            f"{tag.text} was put together after {dist.record['previous'] or 'no release'}, but now {now} comes before it",
            where=github.repository,
            fix="run the whole release again, so that it stands on the newest one",
        )
