"""Metadata of a card's files and sources, read from Hugging Face and GitHub. Used by online rules."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from dtmodels.card.model import HubFile
from dtmodels.lint.web import Web

HUB = "https://huggingface.co"
_GITHUB = re.compile(r"https://github\.com/(?P<owner>[A-Za-z0-9-]+)/(?P<name>[A-Za-z0-9._-]+?)(\.git)?/?")


def hub_repository(web: Web, file: HubFile) -> dict[str, Any]:
    """Metadata of a Hugging Face repository at its pinned revision; empty if unavailable."""
    metadata = web.get(f"{HUB}/api/models/{quote(file.repository)}/revision/{quote(file.revision)}?blobs=true").json()
    return metadata if isinstance(metadata, dict) else {}


def hub_file(web: Web, file: HubFile) -> tuple[str | None, int | None]:
    """SHA-256 and size in bytes of a file, as the hub states them; None if it does not."""
    for sibling in hub_repository(web, file).get("siblings") or ():
        if isinstance(sibling, dict) and sibling.get("rfilename") == file.path:
            lfs = sibling.get("lfs") or {}
            return lfs.get("sha256"), lfs.get("size") or sibling.get("size")
    return None, None


def hub_licence(web: Web, file: HubFile) -> str:
    """The licence a hub repository declares, in the hub's lower-case spelling; empty if there is none."""
    data = hub_repository(web, file).get("cardData")
    licence = data.get("license") if isinstance(data, dict) else None
    return licence if isinstance(licence, str) else ""


def github_licence(web: Web, repository: str, commit: str | None) -> str:
    """The SPDX id GitHub detects in a repository; empty if there is none or it is not on GitHub."""
    match = _GITHUB.fullmatch(repository)
    if not match:
        return ""
    query = f"?ref={commit}" if commit else ""
    response = web.get(f"https://api.github.com/repos/{match['owner']}/{match['name']}/license{query}").json()
    licence = response.get("license") if isinstance(response, dict) else None
    return str(licence.get("spdx_id") or "") if isinstance(licence, dict) else ""
