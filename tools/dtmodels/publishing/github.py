"""GitHub's releases, as far as publishing needs them. Where it lies is told by the variables a runner sets."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dtbase.system.errors import Failure, WrongUsage
from dtmodels.build.download import Advance
from dtmodels.publishing.http_client import HttpError, Web

API, SERVER, RAW = "https://api.github.com", "https://github.com", "https://raw.githubusercontent.com"
PAGE = 100
NOTHING_THERE = (404, 422)
"""How GitHub says that a name leads to no commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file of a release as GitHub tells about it."""

    id: int
    name: str
    size: int
    sha256: str
    """64 hex digits; empty while GitHub has not all of it, or does not say."""
    url: str
    """Where the API has it; gives the bytes of a draft's asset, too."""
    public_url: str
    """Where everybody gets it once it is published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release, published or a draft."""

    id: int
    tag: str
    draft: bool
    prerelease: bool
    url: str
    upload_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHub:
    """One repository there."""

    repository: str
    api_url: str = API
    server_url: str = SERVER
    raw_url: str = RAW
    web: Web = field(default_factory=Web)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> GitHub:
        """The repository a job runs for.

        Reads GITHUB_REPOSITORY, GITHUB_TOKEN, GITHUB_API_URL, GITHUB_SERVER_URL, and DTMODELS_RAW_URL, which says
        where raw files lie when that is not GitHub's own place.

        Raises:
            WrongUsage: GITHUB_REPOSITORY is not set, or is not `owner/name`.
        """
        repository = environment.get("GITHUB_REPOSITORY", "")
        if not re.fullmatch(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+", repository):
            raise WrongUsage("GITHUB_REPOSITORY does not say owner/name", fix="set it, as a job of GitHub Actions does")

        def place(variable: str, otherwise: str) -> str:
            return (environment.get(variable) or otherwise).rstrip("/")

        return cls(
            repository=repository,
            api_url=place("GITHUB_API_URL", API),
            server_url=place("GITHUB_SERVER_URL", SERVER),
            raw_url=place("DTMODELS_RAW_URL", RAW),
            web=Web(token=environment.get("GITHUB_TOKEN", "")),
        )

    def releases(self) -> list[Release]:
        """All releases, newest first; drafts only for a token that may write."""
        return [_release(values) for values in self._pages(f"{self._api}/releases")]

    def assets(self, release: Release) -> list[Asset]:
        """All files of a release."""
        return [_asset(values) for values in self._pages(f"{release.url}/assets")]

    def commit(self, name: str) -> str | None:
        """The commit `tags/<tag>` or `HEAD`, of the default branch, leads to; None when there is no such thing."""
        try:
            return str(self.web.ask("GET", f"{self._api}/commits/{quote(name)}").json()["sha"])
        except HttpError as refused:
            if refused.status in NOTHING_THERE:
                return None
            raise

    def read(self, release: Release) -> Release | None:
        """A release as it is now; None when it is gone."""
        try:
            return _release(self.web.ask("GET", release.url).json())
        except HttpError as refused:
            if refused.status == NOTHING_THERE[0]:
                return None
            raise

    def create_draft(self, tag: str, *, notes: str, prerelease: bool) -> Release:
        """A new draft. When no answer comes, nobody knows whether there is one now: look before asking again."""
        values = {"tag_name": tag, "name": tag, "body": notes, "draft": True, "prerelease": prerelease}
        return _release(self.web.ask("POST", f"{self._api}/releases", values, again=False).json())

    def update(self, release: Release, **values: Any) -> Release:
        """Change fields of a release; `draft=False` publishes it. Saying the same twice changes nothing."""
        return _release(self.web.ask("PATCH", release.url, values).json())

    def delete(self, thing: Release | Asset) -> None:
        """Take a draft or one of its files away; what is gone already is fine."""
        try:
            self.web.ask("DELETE", thing.url)
        except HttpError as refused:
            if refused.status != NOTHING_THERE[0]:
                raise

    def upload(self, release: Release, path: Path, advance: Advance) -> Asset:
        """Add a file to a draft, under its own name."""
        return _asset(self.web.send(f"{release.upload_url}?name={quote(path.name)}", path, advance).json())

    def download_url(self, tag: str, name: str) -> str:
        """Where everybody, darktable among them, gets a file of a published release."""
        return f"{self.server_url}/{self.repository}/releases/download/{tag}/{name}"

    def public(self, agent: str = "dtmodels") -> Web:
        """Requests as everybody makes them: without a token."""
        return Web(patience=self.web.patience, agent=agent)

    @property
    def index_url(self) -> str:
        """Where darktable looks which release is made for it."""
        return f"{self.raw_url}/{self.repository}/HEAD/releases-index.json"

    @property
    def _api(self) -> str:
        return f"{self.api_url}/repos/{self.repository}"

    def _pages(self, url: str) -> Iterator[Any]:
        following: str | None = f"{url}?per_page={PAGE}"
        while following:
            answer = self.web.ask("GET", following)
            yield from answer.json()
            link = re.search(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
            following = link[1] if link else None


def _release(values: Any) -> Release:
    try:
        return Release(
            id=values["id"],
            tag=values["tag_name"],
            draft=values["draft"],
            prerelease=values["prerelease"],
            url=values["url"],
            upload_url=values["upload_url"].partition("{")[0],
        )
    except (KeyError, TypeError) as exc:
        raise Failure(f"the service answers something that is no release: {exc!r}") from exc


def _asset(values: Any) -> Asset:
    try:
        digest = str(values.get("digest") or "") if values["state"] == "uploaded" else ""
        return Asset(
            id=values["id"],
            name=values["name"],
            size=values["size"],
            sha256=digest.removeprefix("sha256:"),
            url=values["url"],
            public_url=values["browser_download_url"],
        )
    except (KeyError, TypeError, AttributeError) as exc:
        raise Failure(f"the service answers something that is no asset: {exc!r}") from exc
