"""Where a card's files and sources lie on hosts that can be asked about them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from dtmodels.card.model import HubFile
from dtmodels.lint.web import Web

HUB = "https://huggingface.co"
_GITHUB = re.compile(r"https://github\.com/(?P<owner>[A-Za-z0-9-]+)/(?P<name>[A-Za-z0-9._-]+?)(\.git)?/?")


def hub_repository(web: Web, file: HubFile) -> dict[str, Any]:
    """What the Hugging Face Hub says of a repository at its pinned revision; empty when it cannot be asked."""
    found = web.get(f"{HUB}/api/models/{quote(file.repository)}/revision/{quote(file.revision)}?blobs=true").json()
    return found if isinstance(found, dict) else {}


def hub_file(web: Web, file: HubFile) -> tuple[str | None, int | None]:
    """SHA-256 and size of a file on the hub, as the hub states them; None where it does not."""
    for sibling in hub_repository(web, file).get("siblings") or ():
        if isinstance(sibling, dict) and sibling.get("rfilename") == file.path:
            stored = sibling.get("lfs") or {}
            return stored.get("sha256"), stored.get("size") or sibling.get("size")
    return None, None


def hub_licence(web: Web, file: HubFile) -> str:
    """The licence a hub repository declares, in the hub's lower-case spelling; empty when it declares none."""
    data = hub_repository(web, file).get("cardData")
    said = data.get("license") if isinstance(data, dict) else None
    return said if isinstance(said, str) else ""


def github_licence(web: Web, repository: str, commit: str | None) -> str:
    """The SPDX id GitHub finds in a repository; empty when it finds none or the repository is elsewhere."""
    found = _GITHUB.fullmatch(repository)
    if not found:
        return ""
    at = f"?ref={commit}" if commit else ""
    said = web.get(f"https://api.github.com/repos/{found['owner']}/{found['name']}/license{at}").json()
    licence = said.get("license") if isinstance(said, dict) else None
    return str(licence.get("spdx_id") or "") if isinstance(licence, dict) else ""
