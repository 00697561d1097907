"""Visit a release as darktable does, in both of its dialogs, and hold what it got against what was meant."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from dtbase.system.files import write_json
from dtbase.terminal.console import Console
from dtmodels.publishing.darktable_client import Addresses, ClientError, DarktableClient, Exchange, Fetch, Offer
from dtmodels.publishing.github import Asset, GitHub
from dtmodels.release.releases_index import newest_darktable


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What became of a visit."""

    models: int
    transcript: Sequence[Exchange]


def visit(github: GitHub, tag: str, fetch: Callable[[str], Fetch], packages: Path, console: Console) -> Visit:
    """Install every model of a release, in darktable's own dialog and, the smallest, in the one for others.

    Args:
        github: whose addresses are used.
        tag: the release.
        fetch: makes requests for a darktable of a version.
        packages: where downloaded packages are kept.
        console: where progress is shown.

    Raises:
        Disappointed: darktable's user would be.
    """
    with _darktable(github, newest_darktable("release").version, fetch, packages) as own:
        offers = own.offers(_tag(own, tag))
        with console.progress(f"{tag}: installing as darktable {own.version}", len(offers)) as advance:
            for offer in offers.values():
                _install(own, tag, offer)
                advance(1)
    with _darktable(github, newest_darktable("development").version, fetch, packages) as other:
        listed = other.listed(_tag(other, tag))
        smallest = min(listed, key=lambda offer: (offer.size, offer.id))
        if other.asks_before_replacing(smallest.id):
            raise ClientError("asks before replacing a model that is not installed", where=smallest.id)
        _install(other, tag, smallest)
    return Visit(models=len(offers), transcript=[*own.transcript, *other.transcript])


def public_requests(github: GitHub) -> Callable[[str], Fetch]:
    """Requests as any darktable makes them, under its name and without a token."""

    def fetch(version: str) -> Fetch:
        web = github.public(f"darktable/{version}")
        return web.save

    return fetch


def draft_requests(github: GitHub, tag: str, assets: Sequence[Asset]) -> Callable[[str], Fetch]:
    """Requests to a release that is still a draft: the API gives what the public addresses will.

    The index, which will point here only later, is taken to do so now.
    """
    places = {github.download_url(tag, asset.name): asset.url for asset in assets}

    def fetch(version: str) -> Fetch:
        def save(url: str, path: Path) -> None:
            if url == github.index_url:
                write_json(path, {"schema": 1, "compatible_releases": {version: tag}})
            else:
                github.web.save(places.get(url, url), path)

        return save

    return fetch


def _tag(client: DarktableClient, tag: str) -> str:
    """Look the release up as darktable does; one the index does not point to yet is visited all the same."""
    with suppress(ClientError):
        client.find_tag()
    return tag


def _install(client: DarktableClient, tag: str, offer: Offer) -> None:
    directory = client.download(tag, offer)
    if directory.name != offer.id:
        raise ClientError(f"is installed as {directory.name}", where=offer.id, fix="pack it again")
    if client.update_available(offer):
        raise ClientError("shows an update right after it was installed", where=offer.id, fix="pack it again")
    shutil.rmtree(directory)


@contextmanager
def _darktable(
    github: GitHub, version: str, fetch: Callable[[str], Fetch], packages: Path
) -> Iterator[DarktableClient]:
    with tempfile.TemporaryDirectory() as models:
        yield DarktableClient(
            version=version,
            addresses=Addresses(github.repository, github.index_url, github.download_url),
            fetch=fetch(version),
            models=Path(models),
            cache=packages,
        )
