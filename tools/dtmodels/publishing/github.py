"""Client of GitHub's releases API. The variables of a runner set its URLs."""

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
from dtmodels.publishing.http_client import HttpClient, HttpError

API, SERVER, RAW = "https://api.github.com", "https://github.com", "https://raw.githubusercontent.com"
PAGE = 100
NOT_FOUND = (404, 422)
"""GitHub's statuses for a name without a commit; the first one is for a URL without a resource."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file of a release, as described by the API."""

    id: int
    name: str
    size: int
    sha256: str
    """64 hex digits; empty while the upload is incomplete, or if GitHub reports no digest."""
    url: str
    """API URL; returns the bytes of a draft's asset, too."""
    public_url: str
    """Public download URL after publication."""


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
    """API client of one repository."""

    repository: str
    api_url: str = API
    server_url: str = SERVER
    raw_url: str = RAW
    http: HttpClient = field(default_factory=HttpClient)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> GitHub:
        """Create a client for the repository of a job.

        Reads GITHUB_REPOSITORY, GITHUB_TOKEN, GITHUB_API_URL, GITHUB_SERVER_URL, and DTMODELS_RAW_URL, the base URL
        of raw files if it is not GitHub's.

        Raises:
            WrongUsage: GITHUB_REPOSITORY is not set, or is not `owner/name`.
        """
        repository = environment.get("GITHUB_REPOSITORY", "")
        if not re.fullmatch(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+", repository):
            raise WrongUsage("GITHUB_REPOSITORY is not owner/name", fix="set it, as a job of GitHub Actions does")

        def base_url(variable: str, default: str) -> str:
            return (environment.get(variable) or default).rstrip("/")

        return cls(
            repository=repository,
            api_url=base_url("GITHUB_API_URL", API),
            server_url=base_url("GITHUB_SERVER_URL", SERVER),
            raw_url=base_url("DTMODELS_RAW_URL", RAW),
            http=HttpClient(token=environment.get("GITHUB_TOKEN", "")),
        )

    def releases(self) -> list[Release]:
        """List all releases, newest first; drafts only for a token with write permission."""
        return [_release(values) for values in self._pages(f"{self.repository_url}/releases")]

    def assets(self, release: Release) -> list[Asset]:
        """List all files of a release."""
        return [_asset(values) for values in self._pages(f"{release.url}/assets")]

    def commit(self, name: str) -> str | None:
        """Look up the commit of `tags/<tag>`, or of `HEAD` (the default branch); None if the name does not exist."""
        try:
            return str(self.http.request("GET", f"{self.repository_url}/commits/{quote(name)}").json()["sha"])
        except HttpError as exc:
            if exc.status in NOT_FOUND:
                return None
            raise

    def read(self, release: Release) -> Release | None:
        """Read the current state of a release; None if it was deleted."""
        try:
            return _release(self.http.request("GET", release.url).json())
        except HttpError as exc:
            if exc.status == NOT_FOUND[0]:
                return None
            raise

    def create_draft(self, tag: str, *, notes: str, prerelease: bool) -> Release:
        """Create a draft. After a lost response the draft may exist: list the drafts before another attempt."""
        values = {"tag_name": tag, "name": tag, "body": notes, "draft": True, "prerelease": prerelease}
        return _release(self.http.request("POST", f"{self.repository_url}/releases", values, repeatable=False).json())

    def update(self, release: Release, **values: Any) -> Release:
        """Change fields of a release; `draft=False` publishes it. A repeated update has no further effect."""
        return _release(self.http.request("PATCH", release.url, values).json())

    def delete(self, resource: Release | Asset) -> None:
        """Delete a draft or one of its files; a resource that does not exist is not an error."""
        try:
            self.http.request("DELETE", resource.url)
        except HttpError as exc:
            if exc.status != NOT_FOUND[0]:
                raise

    def upload(self, release: Release, path: Path, advance: Advance) -> Asset:
        """Add a file to a draft, under its own name."""
        return _asset(self.http.upload(f"{release.upload_url}?name={quote(path.name)}", path, advance).json())

    def download_url(self, tag: str, name: str) -> str:
        """Return the public URL of a file of a published release, which darktable requests, too."""
        return f"{self.server_url}/{self.repository}/releases/download/{tag}/{name}"

    def public(self, agent: str = "dtmodels") -> HttpClient:
        """Return an HTTP client without a token."""
        return HttpClient(patience=self.http.patience, agent=agent)

    @property
    def index_url(self) -> str:
        """Return the URL from which darktable reads the release for its version."""
        return f"{self.raw_url}/{self.repository}/HEAD/releases-index.json"

    @property
    def repository_url(self) -> str:
        """Return the base URL of the repository in the API."""
        return f"{self.api_url}/repos/{self.repository}"

    def _pages(self, url: str) -> Iterator[Any]:
        following: str | None = f"{url}?per_page={PAGE}"
        while following:
            response = self.http.request("GET", following)
            yield from response.json()
            link = re.search(r'<([^>]+)>; rel="next"', response.headers.get("Link", ""))
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
        raise Failure(f"the server's response is not a release: {exc!r}") from exc


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
        raise Failure(f"the server's response is not an asset: {exc!r}") from exc
