"""Which actions may be used, at which commit: `.github/actions.lock.json`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from tests.workflows.executor.problems import StepFailed

USES = re.compile(r"(?P<action>[\w.-]+/[\w./-]+)@(?P<ref>\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One action: the commit its version is, on which evidence, and the inputs it takes."""

    action: str
    version: str
    sha: str
    evidence: str
    inputs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Pins:
    """The lock file."""

    by_action: dict[str, Pin]

    @classmethod
    def read(cls, path: Path) -> Pins:
        """Read the lock file of a repository; without one nothing is allowed."""
        entries = json.loads(path.read_text())["actions"] if path.exists() else {}
        return cls(
            {
                action: Pin(
                    action=action,
                    version=entry["version"],
                    sha=entry["sha"],
                    evidence=entry["evidence"],
                    inputs=frozenset(entry["inputs"]),
                )
                for action, entry in entries.items()
            }
        )

    def check(self, uses: str, inputs: set[str]) -> Pin:
        """The pin that `uses:` keeps to.

        Raises:
            StepFailed: it is another commit, an unknown action, or has inputs the action does not take.
        """
        match = USES.fullmatch(uses)
        if match is None:
            raise StepFailed(f"'{uses}' is no action at a commit")
        pin = self.by_action.get(match["action"])
        if pin is None:
            raise StepFailed(f"{match['action']} is not in actions.lock.json")
        if match["ref"] != pin.sha:
            raise StepFailed(f"{match['action']} is used at {match['ref']}, actions.lock.json says {pin.sha}")
        if unknown := inputs - pin.inputs:
            raise StepFailed(f"{match['action']} takes no {', '.join(sorted(unknown))}")
        return pin
