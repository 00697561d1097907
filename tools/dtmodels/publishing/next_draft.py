"""A draft that waits for the next release with the models of the last one in it, so that only what changed is uploaded.

GitHub copies no file from one release to another, and darktable downloads all models from one release. So every
release uploads every model; what can be chosen is when. A draft may be renamed until it is published: the next release
takes this one, and what it holds already with the right digest stays.
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
"""The tag of the draft while it waits; no release is ever published under it."""


def find_stock(releases: Sequence[Release], tag: Tag) -> Release | None:
    """The waiting draft, for a release that may take it: a version, for candidates and nightlies come and go."""
    return None if tag.prerelease else find_draft(releases, NEXT)


def stock(dist: Dist, github: GitHub, console: Console) -> Changes:
    """Put the models of the highest published version into the waiting draft; what is there already stays.

    Raises:
        Failure: `dist` is not that version, or GitHub does not hold what was uploaded.
    """
    releases = github.releases()
    if (newest := highest(one.tag for one in releases if not one.draft)) != dist.record["tag"]:
        what = f"{dist.record['tag']} is not the highest published version, which is {newest or 'none'}"
        raise Failure(what, where=github.repository, fix="publish it first")
    draft = find_draft(releases, NEXT) or create_draft(github, dist, NEXT, prerelease=False)
    own = tuple(f"{model_id}{mark}" for model_id in dist.versions["models"] for mark in (".", "-"))
    wanted = {name: file for name, file in dist.files.items() if name.startswith(own)}
    return sync_assets(github, draft, dist, wanted, console)
