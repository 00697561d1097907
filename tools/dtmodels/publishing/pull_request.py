"""submit: commit the files of a proposal to a branch and open a pull request, through GitHub's API.

Needs no checkout, and runs nothing of the proposal. A second run for the same models updates branch and pull request.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dtbase.system.errors import Failure, WrongUsage
from dtbase.terminal.console import Console
from dtmodels.pages.generate import TABLES
from dtmodels.publishing.github import GitHub
from dtmodels.publishing.http_client import HttpError
from dtmodels.publishing.proposal import FACTS, FILES, TEXT, outside

MAX_BODY = 60_000
"""GitHub accepts 65,536 characters of text."""
MAX_BRANCH = 120
_EXISTS = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Files for a pull request, by their paths in the repository."""

    base: str
    """The commit that they change."""
    ids: tuple[str, ...]
    files: dict[str, Path]
    text: str

    @property
    def branch(self) -> str:
        """Name of its branch, the same for every run with these models."""
        name = "+".join(self.ids)
        return f"promote/{name if len(name) <= MAX_BRANCH else hashlib.sha256(name.encode()).hexdigest()[:16]}"

    @property
    def title(self) -> str:
        """Title of commit and pull request."""
        return f"Promote {self.ids[0]}" if len(self.ids) == 1 else f"Promote {len(self.ids)} models"


def read_proposal(directory: Path, ids: Sequence[str]) -> Proposal:
    """Read a proposal for these models.

    Raises:
        WrongUsage: it is none.
        Failure: it is for other models, or contains a path that a promotion may not change.
    """
    try:
        facts = json.loads((directory / FACTS).read_bytes())
        base, names, stated = str(facts["base"]), [str(name) for name in facts["files"]], tuple(facts["ids"])
        text = (directory / TEXT).read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError, KeyError, TypeError) as exc:
        fix = "pass the directory that `dtmodels propose` wrote"
        raise WrongUsage(f"is no proposal: {exc!r}", where=str(directory), fix=fix) from exc
    if stated != tuple(sorted(ids)):
        raise Failure(f"is for {', '.join(stated)}, not for {', '.join(sorted(ids))}", where=str(directory))
    for name in names:
        path = directory / FILES / name
        if (name not in TABLES and outside(name, ids)) or path.is_symlink() or not path.is_file():
            raise Failure(f"contains {name!r}, which no promotion of {', '.join(stated)} changes", where=str(directory))
    return Proposal(base=base, ids=stated, files={name: directory / FILES / name for name in names}, text=text)


def open_pull_request(proposal: Proposal, github: GitHub, branch: str, console: Console) -> None:
    """Commit the files of a proposal, set its branch to the commit, and open or update its pull request.

    Args:
        proposal: the files.
        github: client with the right to write contents and pull requests.
        branch: branch into which to merge.
        console: prints the URL.

    Raises:
        Failure: GitHub refuses a request.
    """
    commit = _commit(proposal, github)
    _set_branch(proposal.branch, commit, github)
    values = {"title": proposal.title, "body": _body(proposal.text)}
    head = f"{github.repository.partition('/')[0]}:{proposal.branch}"
    url = f"{github.repository_url}/pulls"
    listed = github.http.request("GET", f"{url}?state=open&head={quote(head)}&base={quote(branch)}").json()
    if listed:
        opened = github.http.request("PATCH", listed[0]["url"], values).json()
    else:
        values |= {"head": proposal.branch, "base": branch}
        opened = github.http.request("POST", url, values, repeatable=False).json()
    console.say(f"{opened['html_url']}: {'updated' if listed else 'opened'}")


def _commit(proposal: Proposal, github: GitHub) -> str:
    """Create a commit on top of the base; its id."""
    tree = _get(github, f"commits/{proposal.base}")["tree"]["sha"]
    entries = []
    for name, path in sorted(proposal.files.items()):
        content = base64.b64encode(path.read_bytes()).decode()
        blob = _post(github, "blobs", {"content": content, "encoding": "base64"})
        entries.append({"path": name, "mode": "100644", "type": "blob", "sha": blob})
    changed = _post(github, "trees", {"base_tree": tree, "tree": entries})
    return _post(github, "commits", {"message": proposal.title, "tree": changed, "parents": [proposal.base]})


def _set_branch(branch: str, commit: str, github: GitHub) -> None:
    refs = f"{github.repository_url}/git/refs"
    try:
        github.http.request("POST", refs, {"ref": f"refs/heads/{branch}", "sha": commit})
    except HttpError as exc:
        if exc.status != _EXISTS:
            raise
        github.http.request("PATCH", f"{refs}/heads/{quote(branch)}", {"sha": commit, "force": True})


def _get(github: GitHub, name: str) -> Any:
    return github.http.request("GET", f"{github.repository_url}/git/{name}").json()


def _post(github: GitHub, name: str, values: dict[str, Any]) -> str:
    """Create an object of git, which is harmless to repeat; its id."""
    return str(github.http.request("POST", f"{github.repository_url}/git/{name}", values).json()["sha"])


def _body(text: str) -> str:
    return text if len(text) <= MAX_BODY else f"{text[:MAX_BODY]}\n\nCut here; the artefact of the run has all of it."
