"""Bring a draft to hold exactly the wanted files: what is right is kept, what is wrong or half there is replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.build.download import RETRY_STATUSES, Advance
from dtmodels.publishing.dist import Dist, ReleaseAsset
from dtmodels.publishing.github import Asset, GitHub, Release
from dtmodels.publishing.http_client import HttpError, Unreachable

TAKEN = 422
"""GitHub's answer to a name that is there already, among other things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What it takes to bring a release to the wanted files."""

    kept: tuple[str, ...]
    removed: tuple[Asset, ...]
    uploaded: tuple[ReleaseAsset, ...]
    """In the order they are uploaded."""

    @property
    def bytes(self) -> int:
        """How much is uploaded."""
        return sum(file.bytes for file in self.uploaded)

    @property
    def names(self) -> list[str]:
        """The files that differ."""
        return sorted({asset.name for asset in self.removed} | {file.name for file in self.uploaded})


def compare(wanted: Mapping[str, ReleaseAsset], there: Sequence[Asset]) -> Changes:
    """Hold wanted files against those of a release. A file whose digest GitHub does not tell is not kept."""
    kept = {asset.name for asset in there if asset.name in wanted and asset.sha256 == wanted[asset.name].sha256}
    return Changes(
        kept=tuple(sorted(kept)),
        removed=tuple(asset for asset in there if asset.name not in kept),
        uploaded=tuple(file for name, file in wanted.items() if name not in kept),
    )


def find_draft(releases: Sequence[Release], tag: str) -> Release | None:
    """The draft of a tag.

    Raises:
        Failure: there is more than one, and nobody can tell which is whose.
    """
    drafts = [one for one in releases if one.draft and one.tag == tag]
    if len(drafts) > 1:
        found = " and ".join(str(draft.id) for draft in sorted(drafts, key=lambda one: one.id))
        fix = "another run may be publishing: wait for it; else delete all but one"
        raise Failure(f"{tag} has more than one draft: {found}", where="GitHub", fix=fix)
    return drafts[0] if drafts else None


def create_draft(github: GitHub, dist: Dist, tag: str, *, prerelease: bool) -> Release:
    """A new draft of a tag that has none.

    An answer that got lost leaves nobody knowing whether a draft was made, so GitHub is looked at before anything else.
    When two runs make one each at the same time, the older draft stays; the run with the younger one takes its own
    back and stops.

    Raises:
        Failure: GitHub refuses, or another run is publishing.
    """
    made, lost = None, None
    try:
        made = github.create_draft(tag, notes=dist.notes, prerelease=prerelease)
    except (HttpError, Unreachable) as failed:
        if isinstance(failed, HttpError) and failed.status not in RETRY_STATUSES:
            raise
        lost = failed
    there = sorted((one for one in github.releases() if one.draft and one.tag == tag), key=lambda one: one.id)
    if made and there and there[0].id != made.id:
        github.delete(made)
        raise Failure(f"another run is publishing {tag}", where=github.repository, fix="wait for it")
    if lost and not there:
        raise lost
    return there[0] if there else _surely(made)


def sync_assets(
    github: GitHub, draft: Release, dist: Dist, wanted: Mapping[str, ReleaseAsset], console: Console
) -> Changes:
    """Delete and upload, one file after another, until the draft holds the wanted ones.

    Raises:
        Failure: an upload keeps failing, or GitHub does not hold what was sent.
    """
    changes = compare(wanted, github.assets(draft))
    for asset in changes.removed:
        github.delete(asset)
    for number, file in enumerate(changes.uploaded, 1):
        with console.progress(f"uploading {number} of {len(changes.uploaded)}: {file.name}", file.bytes) as advance:
            _upload(github, draft, dist, file, advance)
    left = compare(wanted, github.assets(draft))
    if left.names:
        fix = "another run may be publishing: wait for it, then run the command again"
        raise Failure(f"the draft does not hold what was uploaded: {', '.join(left.names)}", where=draft.tag, fix=fix)
    return changes


def _upload(github: GitHub, draft: Release, dist: Dist, file: ReleaseAsset, advance: Advance) -> None:
    """Upload a file; after a failure look what is there, take away what is wrong, and try again."""
    patience = github.web.patience
    for attempt in range(patience.tries):
        wrong = _attempt(github, draft, dist, file, advance)
        if wrong is None:
            return
        if attempt + 1 == patience.tries:
            raise wrong
        patience.sleep(patience.wait_s * 2**attempt)


def _attempt(github: GitHub, draft: Release, dist: Dist, file: ReleaseAsset, advance: Advance) -> Failure | None:
    failed: Failure | None = None
    there: Asset | None
    try:
        there = github.upload(draft, dist.path(file.name), advance)
    except (HttpError, Unreachable) as exc:
        if isinstance(exc, HttpError) and exc.status not in {*RETRY_STATUSES, TAKEN}:
            raise
        failed = exc
        there = next((one for one in github.assets(draft) if one.name == file.name), None)
    if there is None:
        return failed
    if there.sha256 == file.sha256:
        return None
    github.delete(there)
    what = f"GitHub holds {there.sha256 or 'a part'} where {file.sha256} was uploaded"
    return failed or Failure(what, where=file.name, fix="run the command again; the release is still a draft")


def _surely(made: Release | None) -> Release:
    if made is None:
        raise AssertionError("a draft was made, or the failure to make one raised")
    return made
