"""Allowed actions with their commits, from `.github/actions.lock.json`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from tests.workflows.executor.problems import StepFailed

USES = re.compile(r"(?P<action>[\w.-]+/[\w./-]+)@(?P<ref>\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One action: version, commit, evidence that they belong together, and accepted inputs."""

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
        """Read the lock file of a repository; without it, no action is allowed."""
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
        """Return the pin of a `uses:`.

        Raises:
            StepFailed: the commit differs from the pin, or the action or an input is unknown.
        """
        match = USES.fullmatch(uses)
        if match is None:
            raise StepFailed(f"'{uses}' is not an action at a commit")
        pin = self.by_action.get(match["action"])
        if pin is None:
            raise StepFailed(f"{match['action']} is not in actions.lock.json")
        if match["ref"] != pin.sha:
            raise StepFailed(f"{match['action']} is used at {match['ref']}, actions.lock.json says {pin.sha}")
        if unknown := inputs - pin.inputs:
            raise StepFailed(f"{match['action']} takes no {', '.join(sorted(unknown))}")
        return pin
