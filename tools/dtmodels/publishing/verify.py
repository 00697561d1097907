"""verify: a directory, a draft or a published release is what it says, and darktable gets it whole."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtbase.system.files import sha256
from dtbase.terminal.console import Console
from dtmodels.publishing.client_check import draft_requests, public_requests, visit
from dtmodels.publishing.darktable_client import Exchange
from dtmodels.publishing.directory_check import check_directory
from dtmodels.publishing.dist import Dist
from dtmodels.publishing.github import Asset, GitHub, Release
from dtmodels.publishing.http_client import HttpError
from dtmodels.publishing.published_releases import highest
from dtmodels.release.releases_index import INDEX_FILE as INDEX
from dtmodels.release.tags import parse_tag

LATEST = "latest"
"""Stands for the highest published version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A release that is what it says."""

    tag: str
    dist: Dist
    served: tuple[str, ...]
    """The darktable versions that download it."""
    transcript: Sequence[Exchange]
    """What darktable asked, and what it made of the answers."""


def verify_draft(github: GitHub, draft: Release, dist: Dist, console: Console) -> None:
    """Read every file of a draft back, the packages as darktable will: what GitHub says of its digests is not enough.

    Raises:
        Failure: GitHub gives other bytes than were uploaded, or darktable would not install them.
    """
    there = github.assets(draft)
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        visit(github, draft.tag, draft_requests(github, draft.tag, there), directory, console)
        with console.progress(f"{draft.tag}: reading the draft back", len(there)) as advance:
            for asset in there:
                path = directory / asset.name
                found = sha256(path) if path.is_file() else github.web.save(asset.url, path)
                path.unlink()
                if found != dist.files[asset.name].sha256:
                    raise _other(asset, found, dist.files[asset.name].sha256)
                advance(1)


def verify_release(name: str, github: GitHub, into: Path, console: Console) -> Verified:
    """Download a published release as everybody does, visit it as darktable does, and check all of it.

    Args:
        name: its tag, or `latest`.
        github: where it is.
        into: the directory its files are kept in; empty, or not there yet.
        console: where progress is shown.

    Raises:
        NothingToDo: `latest` was asked for, and nothing is published.
        WrongUsage: `into` holds something.
        Failure: it is not published, or something is wrong with it.
    """
    release = find(name, github)
    if into.is_dir() and any(into.iterdir()):
        raise WrongUsage("is not empty", where=str(into), fix="name a new directory")
    into.mkdir(parents=True, exist_ok=True)
    there = github.assets(release)
    seen = visit(github, release.tag, public_requests(github), into, console)
    web = github.public()
    with console.progress(f"{release.tag}: downloading", sum(asset.size for asset in there)) as advance:
        for asset in there:
            path = into / asset.name
            found = sha256(path) if path.is_file() else web.save(asset.public_url, path, advance)
            if asset.sha256 and found != asset.sha256:
                raise _other(asset, found, asset.sha256)
    dist = check_directory(into)
    if dist.record["tag"] != release.tag:
        raise Failure(f"was made as {dist.record['tag']}", where=release.tag, fix="do not serve it")
    return Verified(tag=release.tag, dist=dist, served=served(release.tag, github), transcript=seen.transcript)


def find(name: str, github: GitHub) -> Release:
    """The published release called `name`; the one with the highest version for `latest`."""
    published = [one for one in github.releases() if not one.draft]
    tag = parse_tag(name).text if name != LATEST else highest([one.tag for one in published])
    if tag is None:
        raise NothingToDo("no version is published", where=github.repository)
    found = next((one for one in published if one.tag == tag), None)
    if found is None:
        raise Failure(f"there is no published release {tag}", where=github.repository, fix="publish it first")
    return found


def served(tag: str, github: GitHub) -> tuple[str, ...]:
    """The darktable versions the index on the default branch points to a release, lowest first."""
    try:
        index = github.public().ask("GET", github.index_url).json()
    except HttpError as refused:
        if refused.status == 404:
            return ()
        raise
    known = index.get("compatible_releases", {}) if isinstance(index, dict) else {}
    if not isinstance(known, dict):
        raise Failure("compatible_releases is no object", where=INDEX, fix="dtmodels lint --select IDX")
    return tuple(sorted(version for version, pointed in known.items() if pointed == tag))


def _other(asset: Asset, found: str, wanted: str) -> Failure:
    return Failure(
        f"GitHub gives other bytes than it should: their sha256 is {found}, not {wanted}",
        where=asset.name,
        fix="of a draft, delete the file and publish again; of a published release, serve another one",
    )
