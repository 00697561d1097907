"""How strictly findings are judged: while a card is being written, in a review, or before a release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dtbase.system.errors import WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtmodels.lint.rule import Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What becomes of a finding."""

    name: str
    about: str
    acceptable: Mapping[Severity, Severity] = field(default_factory=dict)
    """New severities of findings that somebody may accept by name."""
    hard: Mapping[Severity, Severity] = field(default_factory=dict)
    """New severities of findings nobody may accept."""
    drafts: bool = True
    """Drafts are judged even when they are not named."""
    drafts_as: str = ""
    """The profile drafts are judged by, where it is another."""
    changed_drafts: bool = False
    """Drafts that changed are shown, as warnings; others are judged as `drafts` says."""

    def judged(self, finding: Finding) -> Finding:
        """The finding with the severity of this profile."""
        known = self.hard if finding.hard else self.acceptable
        return replace(finding, severity=known.get(finding.severity, finding.severity))


DEFAULT = "status"
STRICT = "strict"
PROFILES = (
    Profile(
        name=DEFAULT, about="each card by its own status: drafts as `draft`, all others as `strict`", drafts_as="draft"
    ),
    Profile(
        name="draft",
        about="while writing: what could be accepted by name is a warning, only hard rules fail",
        acceptable={"error": "warning"},
    ),
    Profile(name=STRICT, about="every rule as its page says"),
    Profile(
        name="review",
        about="for a pull request: as for a release, and of drafts what changed `--since` is shown without failing",
        acceptable={"warning": "error"},
        hard={"warning": "error"},
        drafts=False,
        changed_drafts=True,
    ),
    Profile(
        name="release",
        about="before publishing: drafts are left out unless named, and warnings fail until accepted or solved",
        acceptable={"warning": "error"},
        hard={"warning": "error"},
        drafts=False,
    ),
)


def profile_names() -> list[str]:
    """The profiles: what follows from the status first, then from the mildest to the strictest."""
    return [profile.name for profile in PROFILES]


def find_profile(name: str) -> Profile:
    """The profile called `name`.

    Raises:
        WrongUsage: there is no such profile.
    """
    for profile in PROFILES:
        if profile.name == name:
            return profile
    raise WrongUsage(f"there is no profile '{name}'", fix=did_you_mean(name, profile_names()))
