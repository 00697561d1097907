"""What `pip install` would let in, of what lies in this environment: a question and an answer in JSON.

A requirement is met by the distribution that lies here, when its version fits and is the pinned one; then it, and all
it needs, can be imported. There is nothing else to choose from.
"""

from __future__ import annotations

import json
import os
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version


@dataclass(kw_only=True)
class Resolution:
    """What is let in so far."""

    pins: dict[str, Requirement]
    distributions: dict[str, list[str]]
    """Extras of each distribution; the empty one means the distribution itself."""
    here: dict[str, Any]
    """What lies in this environment, by name: version, needs and programs."""
    programs: dict[str, str] = field(default_factory=dict)

    def require(self, wanted: Requirement) -> None:
        """Let a distribution in, with all it needs."""
        name = canonicalize_name(wanted.name)
        found = self._find(wanted, name)
        known = self.distributions.setdefault(name, [])
        if known and not wanted.extras - set(known):
            return
        known.extend(sorted({"", *wanted.extras} - set(known)))
        self.programs |= found["programs"]
        for text in found["requires"]:
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": one}) for one in {"", *wanted.extras}):
                self.require(needed)

    def _find(self, wanted: Requirement, name: str) -> dict[str, Any]:
        if name not in self.here:
            sys.exit(f"ERROR: No matching distribution found for {wanted}")
        found: dict[str, Any] = self.here[name]
        for one in (wanted, self.pins.get(name)):
            if one and not one.specifier.contains(Version(found["version"]), prereleases=True):
                sys.exit(f"ERROR: No matching distribution found for {one} (here is {found['version']})")
        return found

    def install_project(self, project: dict[str, Any], extras: list[str]) -> None:
        """Let in what a project needs, and its programs."""
        for one in project.get("dependencies", []):
            self.require(Requirement(one))
        for extra in extras:
            if extra not in project.get("optional-dependencies", {}):
                sys.exit(f"ERROR: {project['name']} does not provide the extra '{extra}'")
            for one in map(Requirement, project["optional-dependencies"][extra]):
                if canonicalize_name(one.name) == canonicalize_name(project["name"]):
                    self.install_project(project, sorted(one.extras))
                else:
                    self.require(one)
        self.programs |= project.get("scripts", {})


def constraints(text: str) -> Iterator[tuple[str, Requirement]]:
    """The pins of a constraints file."""
    for line in text.splitlines():
        if pin := line.partition("#")[0].strip():
            requirement = Requirement(pin)
            yield canonicalize_name(requirement.name), requirement


def main() -> None:
    """Answer."""
    question = json.load(sys.stdin)
    pins = dict(pin for text in question["constraints"] for pin in constraints(text))
    here = json.loads((Path(os.environ["STAND_IN_PYTHON"]) / "distributions.json").read_text())
    resolution = Resolution(pins=pins, distributions=question["distributions"], here=here)
    for text in question["requirements"]:
        resolution.require(Requirement(text))
    for text, extras in question["projects"]:
        resolution.install_project(tomllib.loads(text)["project"], extras)
    json.dump({"distributions": resolution.distributions, "programs": resolution.programs}, sys.stdout)


if __name__ == "__main__":
    main()
