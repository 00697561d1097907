"""Models of the highest published version, for comparison with the next release. Called by `summary`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dtmodels.card.schemas import check_json
from dtmodels.publishing.dist import VERSIONS
from dtmodels.publishing.github import GitHub
from dtmodels.publishing.published_releases import highest


def latest_models(github: GitHub) -> Mapping[str, Mapping[str, Any]]:
    """Download the models in versions.json of the highest version, by id; empty before the first release.

    Raises:
        Failure: GitHub does not respond, or its versions.json violates the schema.
    """
    tag = highest(release.tag for release in github.releases() if not release.draft)
    if tag is None:
        return {}
    url = github.download_url(tag, VERSIONS)
    values: Mapping[str, Any] = github.public().request("GET", url).json()
    check_json("versions-v1", values, where=url)
    models: Mapping[str, Mapping[str, Any]] = values["models"]
    return models
