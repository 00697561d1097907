"""State of one repository on the fake GitHub, and the requests that GitHub rejects.

The rules follow GitHub's documentation and reports of its users:

* A published release is immutable when the repository is configured so.
* Asset names are unique, and an interrupted upload leaves an asset in state `starter`.
* Drafts are visible to users with write permission, and several drafts may have the same tag.
* A release has at most 1000 assets of less than 2 GiB each.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.fake_github.faults import Fault
from tests.fake_github.git_objects import GitObjects

MAX_ASSETS = 1000
ASSET_SIZE_LIMIT = 2 << 30


class ApiError(Exception):
    """An error response of GitHub."""

    def __init__(self, status: int, message: str, *errors: dict[str, str], **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message, **({"errors": list(errors)} if errors else {})}
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def validation_error(resource: str, code: str, where: str) -> ApiError:
    """Return the error response 422 in GitHub's format."""
    return ApiError(422, "Validation Failed", {"resource": resource, "code": code, "field": where})


@dataclass(kw_only=True)
class Asset:
    """A file of a release; its bytes are in the blob directory, in a file named by its id."""

    id: int
    name: str
    state: str
    size: int
    digest: str | None
    content_type: str = "application/octet-stream"


@dataclass(kw_only=True)
class Release:
    """A published release or a draft."""

    id: int
    tag_name: str
    target_commitish: str = "main"
    name: str = ""
    body: str = ""
    draft: bool = False
    prerelease: bool = False
    immutable: bool = False
    make_latest: str = "true"
    assets: list[Asset] = field(default_factory=list)


@dataclass(kw_only=True)
class State:
    """State of one repository."""

    directory: Path
    repository: str = "someone/models"
    tokens: dict[str, str] = field(default_factory=lambda: {"good-token": "write", "read-token": "read"})
    """Permission of each token; other tokens count as expired."""
    pull_tokens: dict[str, str] = field(default_factory=lambda: {"good-token": "write"})
    """Permission of each token for pull requests."""
    git: GitObjects = field(default_factory=GitObjects)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    """Commit of each tag."""
    workflow_commits: list[str] = field(default_factory=list)
    """Commits that change workflows; a job's token may not use them as the target of a release."""
    index: str | None = None
    """Content of `releases-index.json` on the default branch."""
    immutable_releases: bool = True
    used_tags: list[str] = field(default_factory=list)
    """Tags of immutable releases, which can never be reused."""
    releases: list[Release] = field(default_factory=list)
    next_id: int = 1
    faults: list[Fault] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)
    """All requests: method, path, status, bytes received and sent, user agent, and use of a token."""

    def blob(self, asset: Asset) -> Path:
        """Return the path of an asset's bytes."""
        return self.directory / "blobs" / str(asset.id)

    def save(self, path: Path) -> None:
        """Write the state without the blobs to a file."""
        content = {**asdict(self), "directory": str(self.directory)}
        part = path.with_suffix(".part")
        part.write_text(json.dumps(content, indent=1))
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> State:
        """Read the state from a file."""
        content = {"directory": path.with_suffix(".files"), **json.loads(path.read_bytes())}
        state = cls(**{**content, "directory": Path(content["directory"])})
        state.faults = [Fault(**fault) for fault in content.get("faults", [])]
        state.git = GitObjects(**content.get("git", {}))
        state.releases = [
            Release(**{**release, "assets": [Asset(**asset) for asset in release.get("assets", [])]})
            for release in content.get("releases", [])
        ]
        return state

    def find(self, release_id: int) -> Release:
        """Return a release by its id."""
        for release in self.releases:
            if release.id == release_id:
                return release
        raise ApiError(404, "Not Found")

    def published(self, tag: str) -> Release | None:
        """Return the published release of a tag."""
        return next((release for release in self.releases if release.tag_name == tag and not release.draft), None)

    def asset(self, asset_id: int) -> tuple[Release, Asset]:
        """Return an asset by its id, and its release."""
        for release in self.releases:
            for asset in release.assets:
                if asset.id == asset_id:
                    return release, asset
        raise ApiError(404, "Not Found")

    def commit(self, name: str) -> str:
        """Resolve a name such as `tags/v1` or `heads/main` to a commit."""
        if name == "HEAD" and "main" in self.branches:
            return self.branches["main"]
        kind, _, rest = name.partition("/")
        known = {"tags": self.tags, "heads": self.branches}.get(kind, {})
        if rest in known:
            return known[rest]
        if name in {*self.tags.values(), *self.branches.values()}:
            return name
        raise ApiError(422, f"No commit found for SHA: {name}")

    def create(self, values: dict[str, Any]) -> Release:
        """Create a release; a draft needs no existing tag."""
        if not values.get("tag_name"):
            raise validation_error("Release", "missing_field", "tag_name")
        release = Release(id=self._id(), tag_name="")
        self._change(release, {**values, "draft": values.get("draft", False)}, new=True)
        self.releases.append(release)
        return release

    def update(self, release: Release, values: dict[str, Any]) -> Release:
        """Change a release; `draft: false` publishes it."""
        self._change(release, values, new=False)
        return release

    def delete(self, release: Release) -> None:
        """Delete a release; the tag of an immutable one remains used."""
        self.releases.remove(release)

    def start_upload(self, release: Release, name: str, size: int) -> Asset:
        """Create an asset in state `starter`, before its bytes arrive."""
        if release.immutable:
            raise ApiError(422, "Cannot upload assets to an immutable release.")
        if size <= 0:
            raise ApiError(400, "Bad Content-Length")
        if size >= ASSET_SIZE_LIMIT:
            raise ApiError(422, "Validation Failed", {"resource": "ReleaseAsset", "code": "custom", "field": "size"})
        name = re.sub(r"[^A-Za-z0-9._+-]", ".", name)
        if any(asset.name == name for asset in release.assets):
            raise validation_error("ReleaseAsset", "already_exists", "name")
        if len(release.assets) >= MAX_ASSETS:
            raise ApiError(422, "Validation Failed", {"resource": "ReleaseAsset", "code": "custom", "field": "count"})
        asset = Asset(id=self._id(), name=name, state="starter", size=0, digest=None)
        release.assets.append(asset)
        self.blob(asset).parent.mkdir(parents=True, exist_ok=True)
        return asset

    def finish_upload(self, asset: Asset, data: bytes, corrupted: bytes | None = None) -> None:
        """Complete an upload; `corrupted` is stored in place of `data` to simulate an error of GitHub."""
        self.blob(asset).write_bytes(data if corrupted is None else corrupted)
        asset.size, asset.digest = len(data), f"sha256:{hashlib.sha256(data).hexdigest()}"
        asset.state = "uploaded"

    def delete_asset(self, release: Release, asset: Asset) -> None:
        """Delete an asset."""
        if release.immutable:
            raise ApiError(422, "Cannot delete asset from an immutable release.")
        release.assets.remove(asset)
        self.blob(asset).unlink(missing_ok=True)

    def _change(self, release: Release, values: dict[str, Any], *, new: bool) -> None:
        tag = values.get("tag_name", release.tag_name)
        draft = values.get("draft", release.draft)
        if release.immutable and (tag != release.tag_name or draft):
            raise ApiError(422, "Validation Failed", {"resource": "Release", "code": "custom", "message": "immutable"})
        if values.get("target_commitish") in self.workflow_commits:
            raise ApiError(403, "Resource not accessible by integration")
        existing = self.published(tag)
        if existing and existing is not release and not draft:
            raise validation_error("Release", "already_exists", "tag_name")
        if not draft and (new or release.draft):
            self._publish(tag, values.get("target_commitish", release.target_commitish))
        for name in ("tag_name", "target_commitish", "name", "body", "draft", "prerelease", "make_latest"):
            if name in values:
                setattr(release, name, values[name])
        release.immutable = release.immutable or (self.immutable_releases and not release.draft)

    def _publish(self, tag: str, target: str) -> None:
        if tag in self.used_tags:
            details = {"resource": "Release", "code": "custom", "message": "tag_name was used by an immutable release"}
            raise ApiError(422, "Validation Failed", details)
        if tag not in self.tags:
            self.tags[tag] = self.branches.get(target, target)
        if self.immutable_releases:
            self.used_tags.append(tag)

    def _id(self) -> int:
        self.next_id += 1
        return self.next_id - 1
