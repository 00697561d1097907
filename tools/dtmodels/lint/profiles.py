"""Strictness profiles: severities of findings while writing a card, in a review, and before a release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dtbase.system.errors import WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtmodels.lint.rule import Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A mapping of severities, and the treatment of drafts."""

    name: str
    description: str
    acceptable: Mapping[Severity, Severity] = field(default_factory=dict)
    """New severities of findings that can be accepted."""
    hard: Mapping[Severity, Severity] = field(default_factory=dict)
    """New severities of findings that cannot be accepted."""
    drafts: bool = True
    """Check drafts even if they are not named."""
    drafts_as: str = ""
    """Profile for drafts; empty for this one."""
    changed_drafts: bool = False
    """Report changed drafts, with errors as warnings; `drafts` decides about the others."""

    def apply(self, finding: Finding) -> Finding:
        """Return the finding with the severity of this profile."""
        severities = self.hard if finding.hard else self.acceptable
        return replace(finding, severity=severities.get(finding.severity, finding.severity))


DEFAULT = "status"
STRICT = "strict"
PROFILES = (
    Profile(
        name=DEFAULT,
        description="by the status of each card: drafts as `draft`, all others as `strict`",
        drafts_as="draft",
    ),
    Profile(
        name="draft",
        description="while writing: findings that can be accepted are warnings; only the others fail",
        acceptable={"error": "warning"},
    ),
    Profile(name=STRICT, description="every rule with its own severity"),
    Profile(
        name="review",
        description="for a pull request: as `release`; drafts changed since `--since` are reported without failing",
        acceptable={"warning": "error"},
        hard={"warning": "error"},
        drafts=False,
        changed_drafts=True,
    ),
    Profile(
        name="release",
        description="before publishing: drafts are skipped unless named; warnings fail until accepted or fixed",
        acceptable={"warning": "error"},
        hard={"warning": "error"},
        drafts=False,
    ),
)


def profile_names() -> list[str]:
    """Names of the profiles: the default first, then from the mildest to the strictest."""
    return [profile.name for profile in PROFILES]


def find_profile(name: str) -> Profile:
    """Return the profile called `name`.

    Raises:
        WrongUsage: the profile does not exist.
    """
    for profile in PROFILES:
        if profile.name == name:
            return profile
    raise WrongUsage(f"there is no profile '{name}'", fix=did_you_mean(name, profile_names()))
