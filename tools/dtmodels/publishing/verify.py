"""verify: a release folder, a draft or a published release is what it says, and darktable gets it whole."""

from __future__ import annotations

import tempfile
from pathlib import Path

from dtbase.console import Console
from dtbase.errors import Failure
from dtbase.files import sha256
from dtmodels.publishing.darktable_client import Addresses, DarktableClient, public
from dtmodels.publishing.dist import Dist, read_dist
from dtmodels.publishing.github import Asset, GitHub, Release

LAST_KNOWN = "5.6.0"


def verify_draft(github: GitHub, draft: Release, dist: Dist, console: Console) -> None:
    """Read every file of a draft back and compare; what GitHub says about its digests is not enough.

    Raises:
        Failure: GitHub gives other bytes than were uploaded.
    """
    there = github.assets(draft)
    with tempfile.TemporaryDirectory() as folder, console.progress("reading the draft back", len(there)) as advance:
        for asset in there:
            target = Path(folder) / asset.name
            found = github.web.save(asset.url, target)
            target.unlink()
            if found != dist.files[asset.name].sha256:
                raise _other(asset, found)
            advance(1)


def _other(asset: Asset, found: str) -> Failure:
    return Failure(
        f"GitHub gives other bytes than were uploaded: their sha256 is {found}",
        where=asset.name,
        fix="nothing was published; delete the file from the draft and run the command again",
    )


def verify_folder(folder: Path) -> Dist:
    """Check all that can be checked without a network."""
    return read_dist(folder)


def verify_release(tag: str, github: GitHub, into: Path, console: Console) -> Dist:
    """Download a published release as a user does, and check it."""
    release = next((one for one in github.releases() if one.tag == tag and not one.draft), None)
    if release is None:
        raise Failure(f"there is no published release {tag}", where=github.repository)
    into.mkdir(parents=True, exist_ok=True)
    for asset in github.assets(release):
        found = github.public.save(asset.public_url, into / asset.name)
        if asset.sha256 and found != asset.sha256:
            raise _other(asset, found)
    dist = verify_folder(into)
    with tempfile.TemporaryDirectory() as models:
        client = DarktableClient(
            version=LAST_KNOWN,
            addresses=Addresses(index=github.index_url, download=github.download_url),
            models=Path(models),
            fetch=public(LAST_KNOWN),
        )
        for offer in client.listed(tag):
            client.download(tag, offer)
    return dist


__all__ = ["sha256", "verify_draft", "verify_folder", "verify_release"]
