"""Published releases, as the basis of a new one. Read by `plan`, `publish`, `verify` and `reproduce`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dtbase.system.errors import Failure
from dtmodels.card.schemas import check_json
from dtmodels.publishing.dist import RECORD, VERSIONS
from dtmodels.publishing.github import GitHub, Release
from dtmodels.publishing.http_client import HttpError
from dtmodels.release.tags import Tag, is_tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of a published release."""

    version: str
    sha256: str
    built_in: str

    @property
    def version_numbers(self) -> tuple[int, int]:
        """Return the version as darktable compares it: two integers."""
        major, minor = self.version.split(".")
        return int(major), int(minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A published release."""

    tag: str
    release: Release
    commit: str
    """Commit in its release.json; empty if it has none."""
    models: Mapping[str, Package]


def find_released(github: GitHub, tag: Tag) -> tuple[Released | None, Released | None]:
    """Return the release that a new one is based on, and the new one itself if it is published.

    The basis is the highest published version below the new one. Dates, candidates and nightlies do not count.
    """
    published = [release for release in github.releases() if not release.draft and is_tag(release.tag)]
    same = next((release for release in published if release.tag == tag.text), None)
    before = highest((release.tag for release in published), below=tag)
    earlier = next((release for release in published if release.tag == before), None)
    return read_released(github, earlier) if earlier else None, read_released(github, same) if same else None


def versions(published: Iterable[str]) -> list[Tag]:
    """Select tags of versions: no candidates, no nightlies, no other tags."""
    return [Tag(text) for text in published if is_tag(text) and not Tag(text).prerelease]


def highest(published: Iterable[str], below: Tag | None = None) -> str | None:
    """Return the highest version among published tags, or the highest below `below`."""
    tags = [tag for tag in versions(published) if below is None or tag.order < below.order]
    return max(tags, key=lambda tag: tag.order).text if tags else None


def read_released(github: GitHub, release: Release) -> Released:
    """Download the lists of a published release.

    Raises:
        Failure: it has no `versions.json`, or the file violates its schema.
    """
    listed, record = _document(github, release, VERSIONS), _document(github, release, RECORD)
    if listed is None:
        raise Failure(
            f"the release has no {VERSIONS}, so darktable can download nothing from it",
            where=f"{github.repository} {release.tag}",
            fix="these tools did not make it: delete it, or publish a higher version first by hand",
        )
    check_json("versions-v1", listed, where=f"{release.tag}: {VERSIONS}")
    if record is not None:
        check_json("release-v1", record, where=f"{release.tag}: {RECORD}")
    built = record["models"] if record else {}
    models = {
        model_id: Package(
            version=model["version"],
            sha256=model["sha256"].removeprefix("sha256:"),
            built_in=built.get(model_id, {}).get("built_in", release.tag),
        )
        for model_id, model in listed["models"].items()
    }
    return Released(tag=release.tag, release=release, commit=record["commit"] if record else "", models=models)


def _document(github: GitHub, release: Release, name: str) -> Any:
    """Download a JSON file of a published release; None if it does not exist."""
    url = github.download_url(release.tag, name)
    try:
        body = github.public().request("GET", url).body
    except HttpError as exc:
        if exc.status == 404:
            return None
        raise
    try:
        return json.loads(body)
    except ValueError as exc:
        raise Failure(f"not JSON: {exc}", where=url) from exc
