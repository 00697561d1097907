"""verify: check a draft or a published release, and its installation in darktable."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtbase.system.files import sha256
from dtbase.terminal.console import Console
from dtmodels.publishing.client_check import check_as_client, draft_requests, public_requests
from dtmodels.publishing.darktable_client import Exchange
from dtmodels.publishing.directory_check import check_directory
from dtmodels.publishing.dist import Dist
from dtmodels.publishing.github import Asset, GitHub, Release
from dtmodels.publishing.http_client import HttpError
from dtmodels.publishing.published_releases import highest
from dtmodels.release.releases_index import INDEX_FILE as INDEX
from dtmodels.release.tags import parse_tag

LATEST = "latest"
"""Name for the highest published version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedRelease:
    """A release that passed all checks."""

    tag: str
    dist: Dist
    served: tuple[str, ...]
    """darktable versions that download it."""
    transcript: Sequence[Exchange]
    """Requests of darktable, with their responses and outcomes."""


def verify_draft(github: GitHub, draft: Release, dist: Dist, console: Console) -> None:
    """Download every file of a draft, and install the packages as darktable does; do not trust reported digests.

    Raises:
        Failure: GitHub returns other bytes than were uploaded, or darktable would not install them.
    """
    assets = github.assets(draft)
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        check_as_client(github, draft.tag, draft_requests(github, draft.tag, assets), directory, console)
        with console.progress(f"{draft.tag}: reading the draft back", len(assets)) as advance:
            for asset in assets:
                path = directory / asset.name
                actual = sha256(path) if path.is_file() else github.http.download(asset.url, path)
                path.unlink()
                if actual != dist.files[asset.name].sha256:
                    raise _digest_mismatch(asset, actual, dist.files[asset.name].sha256)
                advance(1)


def verify_release(name: str, github: GitHub, into: Path, console: Console) -> VerifiedRelease:
    """Download a published release without a token, install it as darktable does, and check all files.

    Args:
        name: its tag, or `latest`.
        github: the repository of the release.
        into: directory for the downloaded files; empty, or not existing yet.
        console: output for progress.

    Raises:
        NothingToDo: `latest` was requested, and nothing is published.
        WrongUsage: `into` is not empty.
        Failure: the release is not published, or a check fails.
    """
    release = find(name, github)
    if into.is_dir() and any(into.iterdir()):
        raise WrongUsage("is not empty", where=str(into), fix="name a new directory")
    into.mkdir(parents=True, exist_ok=True)
    assets = github.assets(release)
    client_check = check_as_client(github, release.tag, public_requests(github), into, console)
    http = github.public()
    with console.progress(f"{release.tag}: downloading", sum(asset.size for asset in assets)) as advance:
        for asset in assets:
            path = into / asset.name
            actual = sha256(path) if path.is_file() else http.download(asset.public_url, path, advance)
            if asset.sha256 and actual != asset.sha256:
                raise _digest_mismatch(asset, actual, asset.sha256)
    dist = check_directory(into)
    if dist.record["tag"] != release.tag:
        raise Failure(f"was made as {dist.record['tag']}", where=release.tag, fix="do not serve it")
    versions, transcript = served(release.tag, github), client_check.transcript
    return VerifiedRelease(tag=release.tag, dist=dist, served=versions, transcript=transcript)


def find(name: str, github: GitHub) -> Release:
    """Find the published release `name`; for `latest`, the release with the highest version."""
    published = {release.tag: release for release in github.releases() if not release.draft}
    tag = parse_tag(name).text if name != LATEST else highest(published)
    if tag is None:
        raise NothingToDo("no version is published", where=github.repository)
    if tag not in published:
        raise Failure(f"there is no published release {tag}", where=github.repository, fix="publish it first")
    return published[tag]


def served(tag: str, github: GitHub) -> tuple[str, ...]:
    """Return the darktable versions that download a release, according to the index on the default branch; sorted."""
    try:
        index = github.public().request("GET", github.index_url).json()
    except HttpError as exc:
        if exc.status == 404:
            return ()
        raise
    entries = index.get("compatible_releases", {}) if isinstance(index, dict) else {}
    if not isinstance(entries, dict):
        raise Failure("compatible_releases is not an object", where=INDEX, fix="dtmodels lint --select IDX")
    return tuple(sorted(version for version, served_tag in entries.items() if served_tag == tag))


def _digest_mismatch(asset: Asset, actual: str, expected: str) -> Failure:
    return Failure(
        f"GitHub returns other bytes than were uploaded: their sha256 is {actual}, not {expected}",
        where=asset.name,
        fix="for a draft, delete the file and publish again; for a published release, serve another one",
    )
