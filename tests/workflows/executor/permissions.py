"""Permissions of a job's token; a called workflow cannot have more than its caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LEVELS = ("none", "read", "write")
SCOPES = (
    "actions", "artifact-metadata", "attestations", "checks", "contents", "deployments", "discussions", "id-token",
    "issues", "models", "packages", "pages", "pull-requests", "repository-projects", "security-events", "statuses",
)  # fmt: skip
DEFAULT = {"contents": "read", "packages": "read"}
"""Default in a repository with restricted permissions."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """Level of each scope; `none` for missing scopes."""

    levels: Mapping[str, str]

    @classmethod
    def of(cls, declared: str | Mapping[str, str] | None) -> Permissions:
        """Parse `permissions:`, which is `read-all`, `write-all`, or a mapping; None gives the default."""
        if declared is None:
            return cls(DEFAULT)
        if isinstance(declared, str):
            return cls(dict.fromkeys(SCOPES, declared.removesuffix("-all")))
        return cls(dict(declared))

    def level(self, scope: str) -> str:
        """Return `none`, `read` or `write`."""
        return self.levels.get(scope, "none")

    def allows(self, scope: str, level: str) -> bool:
        """Return True if the scope has at least this level."""
        return LEVELS.index(self.level(scope)) >= LEVELS.index(level)

    def exceeding(self, ceiling: Permissions) -> list[str]:
        """List scopes with more permissions than `ceiling`, in GitHub's words."""
        return [
            f"'{scope}: {level}', but is only allowed '{scope}: {ceiling.level(scope)}'"
            for scope, level in sorted(self.levels.items())
            if not ceiling.allows(scope, level)
        ]

    def for_fork(self) -> Permissions:
        """Return the permissions for a pull request from a fork: read only, without identity tokens."""
        reduced = {scope: "read" if level == "write" else level for scope, level in self.levels.items()}
        return Permissions({scope: level for scope, level in reduced.items() if scope != "id-token"})

    def __str__(self) -> str:
        granted = [f"{scope}: {level}" for scope, level in sorted(self.levels.items()) if level != "none"]
        return ", ".join(granted) or "nothing"
