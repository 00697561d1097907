"""Draft of the next release, which already contains the models of the last one.

GitHub cannot copy an asset to another release, and darktable downloads all models from one release. So every release
needs an upload of every model. A draft can be renamed until it is published, so these uploads can happen in advance:
the next release renames this draft, and retains all files with the right digest.
"""

from __future__ import annotations

from collections.abc import Sequence

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.publishing.dist import Dist
from dtmodels.publishing.draft import Changes, create_draft, find_draft, sync_assets
from dtmodels.publishing.github import GitHub, Release
from dtmodels.publishing.published_releases import highest
from dtmodels.release.tags import Tag

NEXT = "next"
"""Tag of the draft until a release renames it; no release is published under this tag."""


def find_next_draft(releases: Sequence[Release], tag: Tag) -> Release | None:
    """Find the prepared draft; candidates and nightlies must not use it."""
    return None if tag.prerelease else find_draft(releases, NEXT)


def prepare_next_draft(dist: Dist, github: GitHub, console: Console) -> Changes:
    """Upload the models of the highest published version into the prepared draft, except unchanged files.

    Raises:
        Failure: `dist` is not that version, or GitHub stores other bytes than were sent.
    """
    releases = github.releases()
    if (newest := highest(release.tag for release in releases if not release.draft)) != dist.record["tag"]:
        what = f"{dist.record['tag']} is not the highest published version, which is {newest or 'none'}"
        raise Failure(what, where=github.repository, fix="publish it first")
    draft = find_draft(releases, NEXT) or create_draft(github, dist, NEXT, prerelease=False)
    prefixes = tuple(f"{model_id}{separator}" for model_id in dist.versions["models"] for separator in (".", "-"))
    required = {name: file for name, file in dist.files.items() if name.startswith(prefixes)}
    return sync_assets(github, draft, dist, required, console)
