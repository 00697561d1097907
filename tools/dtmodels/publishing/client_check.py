"""Installation of a release as darktable does it, in both of its dialogs. Called by `verify`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from dtbase.system.files import write_json
from dtbase.terminal.console import Console
from dtmodels.publishing.darktable_client import ClientError, DarktableClient, Exchange, Fetch, Offer, RepositoryUrls
from dtmodels.publishing.github import Asset, GitHub
from dtmodels.release.releases_index import newest_darktable


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCheck:
    """Result of a check as a darktable client."""

    models: int
    transcript: Sequence[Exchange]


def check_as_client(
    github: GitHub, tag: str, fetch: Callable[[str], Fetch], packages: Path, console: Console
) -> ClientCheck:
    """Install every model of a release in darktable's own dialog, and the smallest in the dialog for repositories.

    Args:
        github: the repository whose URLs are requested.
        tag: the release.
        fetch: returns the request function for a darktable version.
        packages: directory for downloaded packages.
        console: output for progress.

    Raises:
        ClientError: darktable would report an error to its user.
    """
    with _darktable(github, newest_darktable("release").version, fetch, packages) as release_client:
        offers = release_client.offers(_tag(release_client, tag))
        with console.progress(f"{tag}: installing as darktable {release_client.version}", len(offers)) as advance:
            for offer in offers.values():
                _install(release_client, tag, offer)
                advance(1)
    with _darktable(github, newest_darktable("development").version, fetch, packages) as development_client:
        listed = development_client.listed(_tag(development_client, tag))
        smallest = min(listed, key=lambda offer: (offer.size, offer.id))
        if development_client.confirms_replacement(smallest.id):
            raise ClientError("darktable asks before replacing a model that is not installed", where=smallest.id)
        _install(development_client, tag, smallest)
    transcript = [*release_client.transcript, *development_client.transcript]
    return ClientCheck(models=len(offers), transcript=transcript)


def public_requests(github: GitHub) -> Callable[[str], Fetch]:
    """Make requests as darktable does: with its user agent and without a token."""

    def fetch(version: str) -> Fetch:
        http = github.public(f"darktable/{version}")
        return http.download

    return fetch


def draft_requests(github: GitHub, tag: str, assets: Sequence[Asset]) -> Callable[[str], Fetch]:
    """Make requests to a draft: API URLs replace the public URLs, which do not exist yet.

    The request for the index gets an index that already contains this release.
    """
    api_urls = {github.download_url(tag, asset.name): asset.url for asset in assets}

    def fetch(version: str) -> Fetch:
        def save(url: str, path: Path) -> None:
            if url == github.index_url:
                write_json(path, {"schema": 1, "compatible_releases": {version: tag}})
            else:
                github.http.download(api_urls.get(url, url), path)

        return save

    return fetch


def _tag(client: DarktableClient, tag: str) -> str:
    """Look the release up as darktable does; a release that the index does not contain yet is checked as well."""
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
            urls=RepositoryUrls(github.repository, github.index_url, github.download_url),
            fetch=fetch(version),
            models=Path(models),
            cache=packages,
        )
