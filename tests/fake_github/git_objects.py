"""Objects of git, branches and pull requests on the fake GitHub."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True)
class GitObjects:
    """What clients created: objects by id, branches, and pull requests in order."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    pulls: list[dict[str, Any]] = field(default_factory=list)

    def commit(self, sha: str) -> dict[str, Any]:
        """Return a commit with its tree; a commit of the repository has a tree of its own name."""
        return {"sha": sha, "tree": {"sha": self.objects.get(sha, {}).get("tree", f"tree-{sha}")}}

    def store(self, kind: str, values: dict[str, Any]) -> str:
        """Store an object and return its id."""
        sha = hashlib.sha1(json.dumps([kind, values]).encode(), usedforsecurity=False).hexdigest()
        self.objects[sha] = values
        return sha

    def set_branch(self, name: str, sha: str, *, new: bool) -> None:
        """Create or move a branch; creating one that exists is an error."""
        from tests.fake_github.state import ApiError

        if new and name in self.branches:
            raise ApiError(422, "Reference already exists")
        self.branches[name] = sha

    def open_pulls(self, branch: str) -> list[int]:
        """Numbers of the open pull requests of a branch."""
        return [number for number, pull in enumerate(self.pulls, start=1) if pull["head"] == branch]

    def open_pull(self, values: dict[str, Any]) -> int:
        """Add a pull request and return its number."""
        self.pulls.append(values)
        return len(self.pulls)

    def files(self, branch: str) -> dict[str, bytes]:
        """Files that the commit of a branch changes."""
        tree = self.objects[self.objects[self.branches[branch]]["tree"]]
        return {one["path"]: base64.b64decode(self.objects[one["sha"]]["content"]) for one in tree["tree"]}
