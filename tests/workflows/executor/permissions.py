"""What a job's token may do, and how it can only shrink on the way down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LEVELS = ("none", "read", "write")
SCOPES = (
    "actions", "artifact-metadata", "attestations", "checks", "contents", "deployments", "discussions", "id-token",
    "issues", "models", "packages", "pages", "pull-requests", "repository-projects", "security-events", "statuses",
)  # fmt: skip
DEFAULT = {"contents": "read", "packages": "read"}
"""Where nothing is asked for, in a repository set to restricted rights."""


@dataclass(frozen=True, slots=True)
class Rights:
    """One level for each scope; scopes that are not named have none."""

    levels: Mapping[str, str]

    @classmethod
    def of(cls, asked: str | Mapping[str, str] | None) -> Rights:
        """From `permissions:`, which is `read-all`, `write-all`, or a mapping; nothing for the default."""
        if asked is None:
            return cls(DEFAULT)
        if isinstance(asked, str):
            return cls(dict.fromkeys(SCOPES, asked.removesuffix("-all")))
        return cls(dict(asked))

    def level(self, scope: str) -> str:
        """`none`, `read` or `write`."""
        return self.levels.get(scope, "none")

    def allows(self, scope: str, level: str) -> bool:
        """Whether the scope has at least this level."""
        return LEVELS.index(self.level(scope)) >= LEVELS.index(level)

    def beyond(self, ceiling: Rights) -> list[str]:
        """Scopes that ask for more than `ceiling` gives, as GitHub words it."""
        return [
            f"'{scope}: {level}', but is only allowed '{scope}: {ceiling.level(scope)}'"
            for scope, level in sorted(self.levels.items())
            if not ceiling.allows(scope, level)
        ]

    def of_a_fork(self) -> Rights:
        """What is left in a run for a pull request from a fork: reading, and no identity."""
        kept = {scope: "read" if level == "write" else level for scope, level in self.levels.items()}
        return Rights({scope: level for scope, level in kept.items() if scope != "id-token"})

    def __str__(self) -> str:
        shown = [f"{scope}: {level}" for scope, level in sorted(self.levels.items()) if level != "none"]
        return ", ".join(shown) or "nothing"
