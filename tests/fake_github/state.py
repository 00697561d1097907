"""What GitHub remembers of one repository, and what it refuses to do with it.

The rules are GitHub's as its documentation and users describe them: a published release is immutable where the
repository asks for it, names are taken once, an interrupted upload leaves an asset in state `starter`, drafts are
seen by those who may write, several drafts may carry one tag, at most 1000 assets of less than 2 GiB each.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.fake_github.faults import Fault

MAX_ASSETS = 1000
ASSET_SIZE_LIMIT = 2 << 30


class ApiError(Exception):
    """GitHub's answer to what it does not do."""

    def __init__(self, status: int, message: str, *errors: dict[str, str], **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message, **({"errors": list(errors)} if errors else {})}
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def validation_error(resource: str, code: str, where: str) -> ApiError:
    """422 as GitHub words it."""
    return ApiError(422, "Validation Failed", {"resource": resource, "code": code, "field": where})


@dataclass(kw_only=True)
class Asset:
    """A file of a release; its bytes lie in the directory of blobs under its id."""

    id: int
    name: str
    state: str
    size: int
    digest: str | None
    content_type: str = "application/octet-stream"


@dataclass(kw_only=True)
class Release:
    """A release, published or not."""

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
    """One repository."""

    directory: Path
    repository: str = "someone/models"
    tokens: dict[str, str] = field(default_factory=lambda: {"good-token": "write", "read-token": "read"})
    """What each token may do; any other has expired."""
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    """The commit each tag leads to."""
    workflow_commits: list[str] = field(default_factory=list)
    """Commits that change workflows: a job's token may not name them as the target of a release."""
    index: str | None = None
    """Content of `releases-index.json` on the default branch."""
    immutable_releases: bool = True
    used_tags: list[str] = field(default_factory=list)
    """Tags of immutable releases, which can never be used for another release."""
    releases: list[Release] = field(default_factory=list)
    next_id: int = 1
    faults: list[Fault] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)
    """Every request: method, path, status, bytes received and sent, who asked, and whether with a token."""

    def blob(self, asset: Asset) -> Path:
        """Where the bytes of an asset lie."""
        return self.directory / "blobs" / str(asset.id)

    def save(self, path: Path) -> None:
        """Write everything but the blobs to a file."""
        content = {**asdict(self), "directory": str(self.directory)}
        part = path.with_suffix(".part")
        part.write_text(json.dumps(content, indent=1))
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> State:
        """The state a file holds."""
        content = {"directory": path.with_suffix(".files"), **json.loads(path.read_bytes())}
        state = cls(**{**content, "directory": Path(content["directory"])})
        state.faults = [Fault(**fault) for fault in content.get("faults", [])]
        state.releases = [
            Release(**{**release, "assets": [Asset(**asset) for asset in release.get("assets", [])]})
            for release in content.get("releases", [])
        ]
        return state

    def find(self, release_id: int) -> Release:
        """A release by its id."""
        for release in self.releases:
            if release.id == release_id:
                return release
        raise ApiError(404, "Not Found")

    def published(self, tag: str) -> Release | None:
        """The published release of a tag."""
        return next((found for found in self.releases if found.tag_name == tag and not found.draft), None)

    def asset(self, asset_id: int) -> tuple[Release, Asset]:
        """An asset by its id, with its release."""
        for release in self.releases:
            for asset in release.assets:
                if asset.id == asset_id:
                    return release, asset
        raise ApiError(404, "Not Found")

    def commit(self, name: str) -> str:
        """The commit a name such as `tags/v1` or `heads/main` leads to."""
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
        """Make a release; a draft needs no tag yet."""
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
        """Take a release away; its tag stays used where it was immutable."""
        self.releases.remove(release)

    def start_upload(self, release: Release, name: str, size: int) -> Asset:
        """Room for an asset; it becomes `uploaded` once all bytes are there."""
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

    def finish_upload(self, asset: Asset, data: bytes, kept: bytes | None = None) -> None:
        """All bytes arrived; `kept` is what is stored instead of them when GitHub errs."""
        self.blob(asset).write_bytes(data if kept is None else kept)
        asset.size, asset.digest = len(data), f"sha256:{hashlib.sha256(data).hexdigest()}"
        asset.state = "uploaded"

    def delete_asset(self, release: Release, asset: Asset) -> None:
        """Take an asset away."""
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
        other = self.published(tag)
        if other and other is not release and not draft:
            raise validation_error("Release", "already_exists", "tag_name")
        if not draft and (new or release.draft):
            self._publish(tag, values.get("target_commitish", release.target_commitish))
        for name in ("tag_name", "target_commitish", "name", "body", "draft", "prerelease", "make_latest"):
            if name in values:
                setattr(release, name, values[name])
        release.immutable = release.immutable or (self.immutable_releases and not release.draft)

    def _publish(self, tag: str, target: str) -> None:
        if tag in self.used_tags:
            used = {"resource": "Release", "code": "custom", "message": "tag_name was used by an immutable release"}
            raise ApiError(422, "Validation Failed", used)
        if tag not in self.tags:
            self.tags[tag] = self.branches.get(target, target)
        if self.immutable_releases:
            self.used_tags.append(tag)

    def _id(self) -> int:
        self.next_id += 1
        return self.next_id - 1
