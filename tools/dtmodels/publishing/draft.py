"""Synchronisation of a draft with the files of a release: upload missing files, delete wrong or incomplete ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.build.download import RETRY_STATUSES, Advance
from dtmodels.publishing.dist import Dist, ReleaseAsset
from dtmodels.publishing.github import Asset, GitHub, Release
from dtmodels.publishing.http_client import HttpError, Unreachable

NAME_TAKEN = 422
"""GitHub's status for a name that exists already, among other errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Differences between the assets of a release on GitHub and the required files."""

    unchanged: tuple[str, ...]
    removed: tuple[Asset, ...]
    uploaded: tuple[ReleaseAsset, ...]
    """Files in upload order."""

    @property
    def bytes(self) -> int:
        """Return the size of all uploads."""
        return sum(file.bytes for file in self.uploaded)

    @property
    def names(self) -> list[str]:
        """Return the names of files that differ."""
        return sorted({asset.name for asset in self.removed} | {file.name for file in self.uploaded})


def compare(required: Mapping[str, ReleaseAsset], existing: Sequence[Asset]) -> Changes:
    """Compare required files with the assets of a release. An asset without a digest counts as different."""
    unchanged = {
        asset.name for asset in existing if asset.name in required and asset.sha256 == required[asset.name].sha256
    }
    return Changes(
        unchanged=tuple(sorted(unchanged)),
        removed=tuple(asset for asset in existing if asset.name not in unchanged),
        uploaded=tuple(file for name, file in required.items() if name not in unchanged),
    )


def find_draft(releases: Sequence[Release], tag: str) -> Release | None:
    """Find the draft of a tag.

    Raises:
        Failure: there is more than one, so that the right one is unknown.
    """
    drafts = [release for release in releases if release.draft and release.tag == tag]
    if len(drafts) > 1:
        ids = " and ".join(str(draft.id) for draft in sorted(drafts, key=lambda draft: draft.id))
        fix = "another run may be publishing: wait for it; else delete all but one"
        raise Failure(f"{tag} has more than one draft: {ids}", where="GitHub", fix=fix)
    return drafts[0] if drafts else None


def create_draft(github: GitHub, dist: Dist, tag: str, *, prerelease: bool) -> Release:
    """Create a draft for a tag that has none.

    After a lost response the draft may exist, so the drafts are listed before the error is raised.
    If two runs create a draft at the same time, the older draft stays. The other run deletes its own draft and fails.

    Raises:
        Failure: GitHub rejects the request, or another run is publishing.
    """
    created, error = None, None
    try:
        created = github.create_draft(tag, notes=dist.notes, prerelease=prerelease)
    except (HttpError, Unreachable) as exc:
        if isinstance(exc, HttpError) and exc.status not in RETRY_STATUSES:
            raise
        error = exc
    drafts = sorted(
        (release for release in github.releases() if release.draft and release.tag == tag),
        key=lambda release: release.id,
    )
    if created and drafts and drafts[0].id != created.id:
        github.delete(created)
        raise Failure(f"another run is publishing {tag}", where=github.repository, fix="wait for it")
    if error and not drafts:
        raise error
    return drafts[0] if drafts else _not_none(created)


def sync_assets(
    github: GitHub, draft: Release, dist: Dist, required: Mapping[str, ReleaseAsset], console: Console
) -> Changes:
    """Delete and upload files sequentially until the draft has exactly the required files.

    Raises:
        Failure: an upload keeps failing, or GitHub stores other bytes than were sent.
    """
    changes = compare(required, github.assets(draft))
    for asset in changes.removed:
        github.delete(asset)
    for number, file in enumerate(changes.uploaded, 1):
        with console.progress(f"uploading {number} of {len(changes.uploaded)}: {file.name}", file.bytes) as advance:
            _upload(github, draft, dist, file, advance)
    remaining = compare(required, github.assets(draft))
    if remaining.names:
        fix = "another run may be publishing: wait for it, then run the command again"
        what = f"files of the draft differ from the uploaded ones: {', '.join(remaining.names)}"
        raise Failure(what, where=draft.tag, fix=fix)
    return changes


def _upload(github: GitHub, draft: Release, dist: Dist, file: ReleaseAsset, advance: Advance) -> None:
    """Upload a file; after a failure, read its state on GitHub, delete a wrong file, and try again."""
    patience = github.http.patience
    for attempt in range(patience.tries):
        error = _attempt(github, draft, dist, file, advance)
        if error is None:
            return
        if attempt + 1 == patience.tries:
            raise error
        patience.sleep(patience.wait_s * 2**attempt)


def _attempt(github: GitHub, draft: Release, dist: Dist, file: ReleaseAsset, advance: Advance) -> Failure | None:
    error: Failure | None = None
    asset: Asset | None
    try:
        asset = github.upload(draft, dist.path(file.name), advance)
    except (HttpError, Unreachable) as exc:
        if isinstance(exc, HttpError) and exc.status not in {*RETRY_STATUSES, NAME_TAKEN}:
            raise
        error = exc
        asset = next((one for one in github.assets(draft) if one.name == file.name), None)
    if asset is None:
        return error
    if asset.sha256 == file.sha256:
        return None
    github.delete(asset)
    what = f"GitHub stored {asset.sha256 or 'an incomplete file'}, but {file.sha256} was uploaded"
    return error or Failure(what, where=file.name, fix="run the command again; the release is still a draft")


def _not_none(created: Release | None) -> Release:
    if created is None:
        raise AssertionError("either a draft was created, or an error was raised")
    return created
